"""`make contract`: write `openapi/` anew from the code."""

from backend.openapi.written import FOLDER, files

for name, content in files().items():
    (FOLDER / name).write_text(content, "utf-8")
