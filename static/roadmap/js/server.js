// Asks the server: one function for all writes, so that every refusal is told in the same words.

// {ok, status, data, detail}: `detail` says in words why not; status 0 when the server cannot be reached.
export async function send(root, method, url, body, version = null) {
  const headers = { Accept: "application/json", "X-CSRFToken": root.dataset.csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (version !== null) headers["If-Match"] = `"${version}"`;
  let response;
  let data = null;
  try {
    response = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    if (response.headers.get("Content-Type")?.includes("json")) data = await response.json();
  } catch (error) {
    if (!isBrokenOff(error)) throw error;
    return { ok: false, status: 0, data: null, detail: "The server cannot be reached." };
  }
  return { ok: response.ok, status: response.status, data, detail: response.ok ? "" : reasonOf(data) };
}

// No answer at all, or only the beginning of one.
function isBrokenOff(error) {
  return error instanceof TypeError || error instanceof SyntaxError;
}

const MOST_REASONS = 3;

function reasonOf(data) {
  const faults = data?.errors?.map((error) => error.detail).filter(Boolean) ?? [];
  const said = data?.detail || faults.join(" ") || "Reload the page and try again.";
  const reasons = (data?.reasons ?? []).filter((reason) => !said.includes(reason)).slice(0, MOST_REASONS);
  return [said, ...reasons].join(" ");
}

export async function read(url, headers = {}) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json", ...headers }, cache: "no-store" });
    if (response.status === 304) return { status: 304, data: null, etag: null };
    const isJson = response.ok && response.headers.get("Content-Type")?.includes("json");
    return { status: response.status, data: isJson ? await response.json() : null, etag: response.headers.get("ETag") };
  } catch (error) {
    if (!isBrokenOff(error)) throw error;
    return { status: 0, data: null, etag: null };
  }
}
