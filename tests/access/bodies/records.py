"""Files, observations, notes, assessments, incidents and calls for help."""

import hashlib
from urllib.parse import parse_qs, urlsplit

from backend.core.ids import uuid7
from backend.records.lifecycle.scores import Instrument, items
from tests.access.scene import Asked, Json, Scene

PDF = b"%PDF-1.7\n%%EOF\n"


def said(scene: Scene, **more: object) -> Json:
    """Whom it is about, and when."""
    return {
        "person_id": str(scene.world.elder),
        "client_time": scene.now.isoformat(),
        **more,
    }


async def announce_file(scene: Scene) -> Asked:
    body = {
        "purpose": "record_attachment",
        "media_type": "application/pdf",
        "size_bytes": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "person_id": str(scene.world.elder),
    }
    return Asked({"file_id": uuid7()}, body)


async def get_file(scene: Scene) -> Asked:
    return Asked((await scene.done("announce_file")).ids)


async def send_file_content(scene: Scene) -> Asked:
    """To the address that its announcement was answered with."""
    announced = await scene.done("announce_file", by=scene.author_of("announce_file"))
    owner = scene.as_own(scene.author_of("announce_file"))
    answer = await owner.send("announce_file", announced)
    address = urlsplit(answer.json()["upload"]["path"])
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    return Asked(announced.ids, None, query, {"content-type": "application/pdf"}, PDF)


async def fetch_file_content(scene: Scene) -> Asked:
    sent = await send_file_content(scene)
    assert (await scene.send("send_file_content", sent)).is_success
    owner = scene.as_own(scene.author_of("announce_file"))
    answer = await owner.send("get_file", Asked(sent.ids))
    address = urlsplit(answer.json()["download"]["path"])
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    return Asked(sent.ids, None, query)


async def take_observation(scene: Scene) -> Asked:
    body = said(scene, code="temp", value=36.6, unit="Cel")
    return Asked({"observation_id": uuid7()}, body)


async def get_observation(scene: Scene) -> Asked:
    return Asked((await scene.done("take_observation")).ids)


async def void_observation(scene: Scene) -> Asked:
    return Asked((await scene.done("take_observation")).ids, {"reason": "量错了人"})


async def list_observations(scene: Scene) -> Asked:
    await scene.done("take_observation")
    return Asked(query={"person_id": str(scene.world.elder)})


async def write_note(scene: Scene) -> Asked:
    body = said(
        scene,
        kind="VISIT",
        text="一般情况可，血压平稳。",
        content={
            "complaint": "无不适",
            "examination": "双肺呼吸音清",
            "assessment": "高血压，稳定",
            "education": "低盐饮食",
        },
    )
    return Asked({"note_id": uuid7()}, body)


async def get_note(scene: Scene) -> Asked:
    return Asked((await scene.done("sign_note")).ids)


async def list_notes(scene: Scene) -> Asked:
    await scene.done("sign_note")
    return Asked(query={"person_id": str(scene.world.elder)})


async def sign_note(scene: Scene) -> Asked:
    written = await scene.done("write_note", by=scene.author_of("sign_note"))
    return Asked(written.ids, {"client_time": scene.now.isoformat(), "version": 1})


async def assess_person(scene: Scene) -> Asked:
    answers = {item.id: max(item.scale) for item in items(Instrument.BARTHEL)}
    return Asked({"assessment_id": uuid7()}, said(scene, instrument="BARTHEL", answers=answers))


async def get_assessment(scene: Scene) -> Asked:
    return Asked((await scene.done("assess_person")).ids)


async def list_assessments(scene: Scene) -> Asked:
    await scene.done("assess_person")
    return Asked(query={"person_id": str(scene.world.elder)})


async def report_incident(scene: Scene) -> Asked:
    return Asked({"incident_id": uuid7()}, said(scene, kind="FALL", text="床边滑倒，无外伤"))


async def get_incident(scene: Scene) -> Asked:
    return Asked((await scene.done("report_incident")).ids)


async def raise_emergency(scene: Scene) -> Asked:
    point = {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 20}
    return Asked({"emergency_id": uuid7()}, said(scene, point=point, text="呼之不应"))


async def get_emergency(scene: Scene) -> Asked:
    return Asked((await scene.done("raise_emergency")).ids)


BODIES = {
    builder.__name__: builder
    for builder in (
        announce_file,
        get_file,
        send_file_content,
        fetch_file_content,
        take_observation,
        get_observation,
        void_observation,
        list_observations,
        write_note,
        get_note,
        list_notes,
        sign_note,
        assess_person,
        get_assessment,
        list_assessments,
        report_incident,
        get_incident,
        raise_emergency,
        get_emergency,
    )
}
