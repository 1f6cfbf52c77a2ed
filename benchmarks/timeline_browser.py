"""How the timeline moves in Chromium: frames a second while scrolling and dragging, as a person would see them."""

from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--disable-sync"]
_STEPS = 180

# Resolves to the milliseconds between painted frames while `step` is called once for each of them.
_RECORD = """
async ({ steps, x, y }) => {
  const scroll = document.querySelector("[data-scroll]");
  const times = [];
  await new Promise((done) => {
    const frame = (now) => {
      times.push(now);
      scroll.scrollLeft += x;
      scroll.scrollTop += y;
      if (times.length > steps) done();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  return times.slice(1).map((time, index) => time - times[index]);
}
"""
_WATCH = """
() => {
  window.benchFrames = [];
  const frame = (now) => {
    window.benchFrames.push(now);
    window.benchHandle = requestAnimationFrame(frame);
  };
  window.benchHandle = requestAnimationFrame(frame);
}
"""
_STOP = """
() => {
  cancelAnimationFrame(window.benchHandle);
  const times = window.benchFrames;
  return times.slice(1).map((time, index) => time - times[index]);
}
"""
_WEIGHT = """
() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)
"""


@dataclass(frozen=True)
class Frames:
    """Frames a second on average, and how long the slowest twentieth takes at least, in milliseconds."""

    per_second: float
    slow_ms: float


@dataclass(frozen=True)
class Motion:
    """What one opening of the timeline gave."""

    first_bars_ms: float
    rows: int
    weight_kb: float
    down: Frames
    across: Frames
    drag: Frames


def motion(address: str, cookies: dict[str, str]) -> Motion:
    """Open the timeline, scroll it down and across, and drag a bar to and fro."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a development requirement

    host = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": host} for name, value in cookies.items()])
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector(".plan-item")
        first_bars = page.evaluate("performance.now()")
        # The schedule, and what the page still has to do.
        page.wait_for_timeout(2500)
        found = Motion(
            first_bars_ms=first_bars,
            rows=page.locator(".plan__row").count(),
            weight_kb=page.evaluate(_WEIGHT) / 1000,
            down=_frames(page.evaluate(_RECORD, {"steps": _STEPS, "x": 0, "y": 38})),
            across=_frames(page.evaluate(_RECORD, {"steps": _STEPS, "x": 24, "y": 0})),
            drag=_drag(page),
        )
        browser.close()
    return found


def _drag(page: Any) -> Frames:
    """Mouse moves as fast as the page answers them; the bar follows each."""
    page.evaluate("document.querySelector('[data-jump]').click()")
    page.wait_for_timeout(300)
    box = page.evaluate(
        """() => [...document.querySelectorAll(".plan-item")].map((bar) => bar.getBoundingClientRect())
          .map(({ left, right, y }) => ({ left: Math.max(left, 600), right: Math.min(right, 1200), y: y + 14 }))
          .find((box) => box.right - box.left > 60 && box.y > 480 && box.y < 840)"""
    )
    x, y = (box["left"] + box["right"]) / 2, box["y"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y)
    page.evaluate(_WATCH)
    for step in range(_STEPS):
        page.mouse.move(x + 8 + (step % 60) * 2, y)
    times = page.evaluate(_STOP)
    page.keyboard.press("Escape")
    page.mouse.up()
    return _frames(times)


def _frames(times: list[float]) -> Frames:
    return Frames(1000 * len(times) / sum(times), quantiles(times, n=20)[-1])
