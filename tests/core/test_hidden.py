"""What masking hides is found again by its hash, however it was printed, and by nothing else."""

import stat
from pathlib import Path

import pytest

from core.errors import InputError
from core.hidden import Digests, printed, wanted
from core.masking import find

OURS, OTHERS = Digests(b"k" * 32), Digests(b"x" * 32)


def carries(text: str, value: str) -> bool:
    return bool(OURS.kept([text]).keys() & set(OURS.asked(value)))


MOBILE = (
    "llamar al 987654321", "escribió desde el +51 987 654 321", "desde el (+51) 987-654-321", "tel. 987.654.321", "yapea al 98765 4321",
    "https://wa.me/51987654321", "0051987654321", "marque nueve, ocho, siete, seis, cinco, cuatro, tres, dos, uno", "al ９８７６５４３２１",
    "Plin 9 8 7 6 5 4 3 2 1", "WhatsApp: 987\u00a0654\u00a0321",
    "al nueve ochenta y siete, seis cincuenta y cuatro, tres veintiuno", "al 987 seis cinco cuatro 321", "t.me/+51987654321",
)  # fmt: skip


@pytest.mark.parametrize("text", MOBILE)
@pytest.mark.parametrize("value", ["987654321", "987 654 321", "+51 987654321", "0051 987-654-321", "tel. 987 654 321"])
def test_a_mobile_is_one_number_however_it_is_printed_and_asked(text: str, value: str) -> None:
    assert carries(text, value)
    assert not carries(text, "987 654 322")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("con DNI N.° 12345678", "12345678"),
        ("identificado con DNI 12.345.678", "DNI 1234-5678"),
        ("DNI 12345678-5", "12345678"),
        ("RUC 10123456785 de la señora", "DNI 12345678"),
        ("con DNI 12345678", "RUC 10123456785"),
        ("cuenta BCP 191-12345678-0-12", "19112345678012"),
        ("CCI 002 191 112345678012 55", "00219111234567801255"),
        ("el auto de placa ABC-123", "abc 123"),
        ("placas A1B-234 y XYZ 987", "XYZ987"),
        ("escriba a Ana.Ruiz@Correo.example", "ana.ruiz@correo.example"),
        ("escriba a ana.ruiz arroba correo punto com", "ana.ruiz@correo.com"),
        ("ana.ruiz (at) correo.com", "ANA.RUIZ@correo.com"),
        ("escriba a ana.ruiz AT gmail DOT com", "ana.ruiz@gmail.com"),
        ("ana.ruiz[@]correo[.]com", "ana.ruiz@correo.com"),
        ("ana.ruiz%40correo.com", "ana.ruiz@correo.com"),
        ("licencia de conducir Q12345678", "DNI 12345678"),
        ("cuenta 191 - 12345678 - 0 - 12", "19112345678012"),
        ("desde +593 99 123 4567", "+593991234567"),
        ("al (01) 427-1234", "01 4271234"),
        ("teléfono 427-1234", "(01) 427 1234"),
        ("al (01) 427-1234", "427 1234"),
        ("al +51 1 427 1234", "(01) 427-1234"),
        ("al (044) 23-4567", "044-234567"),
        ("llame al +1 202 555 0147", "+1 (202) 555-0147"),
    ],
)
def test_each_kind_is_found_in_another_writing(text: str, value: str) -> None:
    assert carries(text, value), (find(text), OURS.kept([text]), printed("phone", text), wanted(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("al (044) 23-4567", "(054) 23-4567"),  # the same line in another city
        ("DNI 14271234", "427 1234"),  # an identity number has no area
        ("teléfono 427-1234", "14271234"),  # which may be a DNI
        ("la Ley 32108 y 120 000 000 soles", "120000000"),  # not masked, so not kept
        ("placa ABC-123", "ABC-124"),
        ("ana@correo.example", "bana@correo.example"),
    ],
)
def test_what_is_another_is_not_found(text: str, value: str) -> None:
    assert not carries(text, value)


def test_hashes_hang_on_the_key_and_tell_nothing() -> None:
    kept = OURS.kept(["llamar al 987654321"])
    assert set(kept.values()) == {"phone"} and kept.keys().isdisjoint(OTHERS.kept(["llamar al 987654321"]))
    assert "987654321" not in str(kept) and OURS.mark != OTHERS.mark


def test_the_key_is_its_owners_alone_and_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = Digests.of_home(home)
    assert stat.S_IMODE((home / "hidden.key").stat().st_mode) == 0o600
    assert Digests.of_home(home).mark == first.mark != Digests.of_home(tmp_path / "other").mark


@pytest.mark.parametrize("value", ["", "12", "paro", "extorsión en Comas", "A-1", "@", "•••••••••"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="is no phone"):
        OURS.asked(value)
