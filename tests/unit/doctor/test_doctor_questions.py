"""Each question of the doctor's has a test in which it is answered with no."""

from __future__ import annotations

from pathlib import Path

from tcgen.doctor.findings import QUESTIONS

TESTS = Path(__file__).resolve().parents[2]
E2E, HERE = "e2e/test_e2e_doctor.py", "unit/doctor/test_doctor_findings.py"

PROVOKED = {
    "suite": (E2E, "test_a_record_that_is_damaged"),
    "interpreter": (E2E, "test_models_that_cannot_be_imported"),
    "requirements": (HERE, "test_the_project"),
    "up-to-date": (E2E, "test_a_project_that_went_on_without_its_suite"),
    "marks": (HERE, "test_the_project"),
    "database": (E2E, "test_a_database_that_cannot_be_used"),
    "embedded": (E2E, "test_a_disk_that_has_no_room_for_an_embedded_server"),
    "engine": (E2E, "test_an_engine_that_cannot_be_talked_to"),
    "container": (E2E, "test_an_engine_whose_disk_is_full"),
    "ports": (E2E, "test_a_port_that_is_shut"),
    "ryuk": (E2E, "test_a_ryuk_that_does_not_answer"),
    "images": (E2E, "test_images_that_cannot_be_had"),
    "login": (E2E, "test_no_loopback_and_no_helper_for_logins"),
    "disk": (E2E, "test_a_disk_that_has_no_room_for_an_embedded_server"),
    "clock": (E2E, "test_a_clock_that_is_an_hour_behind"),
    "loopback": (E2E, "test_no_loopback_and_no_helper_for_logins"),
    "leftovers": (E2E, "test_exactly_what_a_killed_run_left_is_swept"),
}


def test_each_is_provoked() -> None:
    assert PROVOKED.keys() == QUESTIONS.keys()
    for code, (file, test) in PROVOKED.items():
        _, found, rest = (TESTS / file).read_text(encoding="utf-8").partition(f"def {test}(")
        body = rest.partition("\ndef test_")[0]
        assert found, test
        assert f'"{code}"' in body, f"{test} does not look at {code}"
