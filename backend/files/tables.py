"""Which files there are; their contents lie in the store."""

from piccolo.constraints import Check
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.core.media import Media
from backend.files.lifecycle import Purpose, Status
from backend.people.tables import Person


class StoredFile(Table, tablename="files"):
    """`sha256` is of what the phone sends, `content` of what is kept of it, sealed."""

    id = columns.key()
    purpose = columns.word(30)
    media_type = columns.word(20)
    size_bytes = columns.whole()
    sha256 = columns.digest()
    owner = columns.reference(Person)
    owner_role = columns.word()
    organization_id = columns.plain_id(optional=True)
    person = columns.reference(Person, optional=True)
    level = columns.small()
    status = columns.word(10)
    recorded_at = columns.moment()
    stored_at = columns.moment(optional=True)
    kept_bytes = columns.whole(optional=True)
    content = columns.digest(optional=True)
    key = columns.sealed(optional=True)
    fingerprint = columns.digest()

    file_status_is_known = one_of("status", Status)
    file_purpose_is_known = one_of("purpose", Purpose)
    file_media_type_is_known = one_of("media_type", Media)
    file_is_stored_whole = Check(
        "(status = 'stored') = (stored_at IS NOT NULL AND kept_bytes IS NOT NULL"
        " AND content IS NOT NULL AND key IS NOT NULL)"
    )
    file_of_a_person_names_them = Check("(level >= 4) = (person IS NOT NULL)")
