"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib
from urllib.parse import parse_qs

from vibora import Request
from vibora.blueprints import Blueprint
from vibora.limits import RouteLimits
from vibora.multipart import MemoryFile
from vibora.responses import JsonResponse, Response

CHUNK = 64 * 1024

blueprint = Blueprint()


@blueprint.route("/form", methods=["POST"])
async def read_form(request: Request) -> Response:
    form = parse_qs((await request.stream.read()).decode())  # request.form() reads nothing but multipart/form-data
    name, message = form.get("name", [None])[0], form.get("message", [None])[0]
    return JsonResponse({"name": name, "message": message, "topic": form.get("topic", [])})


@blueprint.route("/upload", methods=["POST"], limits=RouteLimits(max_body_size=10 * 1024 * 1024))
async def upload(request: Request) -> Response:
    try:
        file = (await request.form()).get("file")
    except (ValueError, AttributeError):  # parts that are malformed, or have no name
        return Response(b"malformed", 400)
    if not isinstance(file, MemoryFile):
        return Response(b"no file", 400)
    name, _, _ = file.filename.partition('"')  # Vibora takes the part's other headers for more of the name
    size, digest = 0, hashlib.sha256()
    while chunk := await file.read(CHUNK):
        size += len(chunk)
        digest.update(chunk)
    return JsonResponse({"name": name, "size": size, "sha256": digest.hexdigest()})
