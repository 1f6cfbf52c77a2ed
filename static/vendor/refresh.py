"""Fetch the vendored files named in manifest.json again; for maintainers, needs npm. Users and CI never run it.

python static/vendor/refresh.py           fetch, rebuild the icon sprite, write the checksums
python static/vendor/refresh.py --check   compare the committed files with the checksums, fetch nothing
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MANIFEST = HERE / "manifest.json"
SPRITE = HERE.parent / "fairlead" / "icons.svg"
OWN_ICONS = HERE / "own-icons.svg"
_SOURCE_MAP = re.compile(r"(?m)^\s*(//|/\*)[#@] sourceMappingURL=.*$")
_SHAPES = re.compile(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>")


def main() -> int:
    manifest = json.loads(MANIFEST.read_text())
    if "--check" in sys.argv[1:]:
        return check(manifest)
    with tempfile.TemporaryDirectory() as folder:
        for package in manifest["packages"]:
            root = unpack(package["name"], package["version"], Path(folder))
            for entry in package["files"]:
                write(root / entry["source"], HERE / entry["target"])
                entry["sha256"] = digest(HERE / entry["target"])
        icons = manifest["icons"]
        root = unpack(icons["package"], icons["version"], Path(folder))
        SPRITE.write_text(sprite(root / icons["folder"], icons["names"]))
        icons["sha256"] = digest(SPRITE)
        write(root / "LICENSE", HERE / "tabler-icons.LICENSE")
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n")
    return 0


def check(manifest: dict) -> int:
    expected = {
        HERE / entry["target"]: entry["sha256"] for package in manifest["packages"] for entry in package["files"]
    }
    expected[SPRITE] = manifest["icons"]["sha256"]
    wrong = [path.name for path, wanted in expected.items() if digest(path) != wanted]
    sys.stdout.write(f"changed: {', '.join(wrong)}\n" if wrong else "vendored files are as recorded\n")
    return 1 if wrong else 0


def unpack(name: str, version: str, folder: Path) -> Path:
    """Download one npm package at its exact version and return its folder."""
    target = folder / name.replace("/", "_")
    target.mkdir()
    command = ["npm", "pack", f"{name}@{version}", "--silent"]
    packed = subprocess.run(command, cwd=target, check=True, capture_output=True, text=True)  # noqa: S603 - from the committed manifest
    with tarfile.open(target / packed.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def write(source: Path, target: Path) -> None:
    """Copy text without source map comments, which the hashed static storage would try to resolve."""
    target.write_text(_SOURCE_MAP.sub("", source.read_text()).rstrip() + "\n")


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG with a symbol per icon, in order of name, and our own after them."""
    symbols = []
    for name in sorted(set(names)):
        shapes = _SHAPES.findall((folder / f"{name}.svg").read_text())
        kept = "".join(shape for shape in shapes if 'd="M0 0h24v24H0z"' not in shape)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{kept}</symbol>')
    body = "\n".join([*symbols, OWN_ICONS.read_text().strip()])
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
