"""The libraries (前端库) that Folium's maps load, from packages on this machine instead of the network.

Leaflet comes from the environment; the others are installed once by npm into a cache folder, and what
`explore()` imports is installed by pip or uv beside them. Without npm the alternatives are left out.
"""

import importlib.metadata
import importlib.util
import mimetypes
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CACHE = Path(tempfile.gettempdir()) / "atlas-bench"
NPM_PACKAGES = (
    "leaflet.markercluster@1.1.0",
    "leaflet.awesome-markers@2.0.5",
    "jquery@3.7.1",
    "bootstrap@5.2.2",
    "@fortawesome/fontawesome-free@6.2.0",
)
EXPLORE_PACKAGES = ("matplotlib==3.10.7", "mapclassify==2.10.0")
_UV = Path(__file__).parents[2] / ".tools/bin/uv"


class Missing(Exception):
    """An alternative cannot be shown on this machine; the message says what is missing."""


def browser_files() -> dict[str, bytes]:
    """Return the contents of every JavaScript and style file by name. Raises Missing without npm."""
    folder = CACHE / "npm"
    if not (folder / "node_modules").is_dir():
        npm = shutil.which("npm")
        if npm is None:
            raise Missing("npm is not installed")
        _run([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", *NPM_PACKAGES])
    paths = [path for path in (folder / "node_modules").rglob("*") if path.suffix in (".js", ".css")]
    paths += [Path(str(path.locate())) for path in importlib.metadata.files("XStatic-Leaflet") or ()]
    shipped = [path for path in paths if path.parent.name in ("dist", "css", "js", "data") and path.is_file()]
    files = {path.name: path.read_bytes() for path in shipped}
    # Folium asks for jQuery by its version.
    return files | {"jquery-3.7.1.min.js": files["jquery.min.js"]}


def explore_folder() -> Path:
    """Return the folder of what `GeoDataFrame.explore()` imports. Raises Missing where it cannot be installed."""
    folder = CACHE / "explore"
    if importlib.util.find_spec("mapclassify") or (folder / "mapclassify").is_dir():
        return folder
    uv = str(_UV) if _UV.exists() else shutil.which("uv")
    pip = shutil.which("pip3") or shutil.which("pip")
    if uv is not None:
        _run([uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder), *EXPLORE_PACKAGES])
    elif pip is not None:
        _run([pip, "install", "--quiet", "--target", str(folder), *EXPLORE_PACKAGES])
    else:
        raise Missing("neither uv nor pip is installed")
    return folder


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} failed: {done.stderr.strip()[-300:]}")


class Shelf:
    """A web server on this machine for the libraries, which browsers keep as they keep a network's."""

    def __init__(self, files: dict[str, bytes]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                # What a map of points does not need (fonts, sprites) is empty.
                body = files.get(self.path.rsplit("/", 1)[1], b"")
                self.send_response(200)
                self.send_header("content-type", mimetypes.guess_type(self.path)[0] or "application/octet-stream")
                self.send_header("content-length", str(len(body)))
                self.send_header("cache-control", "public, max-age=31536000, immutable")
                self.send_header("access-control-allow-origin", "*")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_said: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
