import secrets
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aid_admin.lib import seal

OLD, NEW = secrets.token_bytes(seal.KEY_BYTES), secrets.token_bytes(seal.KEY_BYTES)
RING = seal.Keyring({1: OLD})
ROTATED = seal.Keyring({1: OLD, 2: NEW})
values = st.one_of(st.none(), st.integers(), st.text(st.characters(exclude_categories=["Cs"])))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_seal_is_deterministic_and_opens(text):
    blob = RING.seal("id_number", text)
    assert blob == RING.seal("id_number", text)
    assert blob[0] == 1
    assert RING.open_("id_number", memoryview(blob)) == text


def test_sealed_id_takes_few_bytes():
    assert len(RING.seal("id_number", "410622201103154028")) == 36


def test_another_kind_key_or_byte_does_not_open():
    blob = RING.seal("id_number", "410622201103154028")
    changed = bytes([*blob[:-1], blob[-1] ^ 1])
    other = seal.Keyring({1: NEW})
    assert RING.seal("phone", "410622201103154028") != blob
    for ring, kind, data in [
        (RING, "phone", blob),
        (other, "id_number", blob),
        (RING, "id_number", changed),
        (RING, "id_number", b""),
        (RING, "id_number", b"\x07abc"),
        (RING, "id_number", b"\x01"),
    ]:
        with pytest.raises(seal.SealBroken):
            ring.open_(kind, data)


def test_rotation_opens_the_old_and_seals_with_the_new():
    blob = RING.seal("phone", "13800000000")
    assert ROTATED.open_("phone", blob) == "13800000000"
    assert ROTATED.seal("phone", "13800000000")[0] == 2
    assert ROTATED.mac_is_good(["a"], RING.mac(["a"]))


@given(st.lists(values, max_size=4), st.lists(values, max_size=4))
def test_mac_tells_fields_apart(first, second):
    assert RING.mac_is_good(first, RING.mac(first))
    assert (RING.mac(first) == RING.mac(second)) == (first == second)


def test_mac_minds_borders_and_types():
    macs = {RING.mac(fields) for fields in (["ab", "c"], ["a", "bc"], ["1"], [1], [None], [""], [])}
    assert len(macs) == 7
    assert not RING.mac_is_good(["a"], b"")


def test_file_round_trip_and_damage():
    blob = RING.encrypt_file(b"x" * 1000)
    assert ROTATED.decrypt_file(blob) == b"x" * 1000
    assert blob != RING.encrypt_file(b"x" * 1000)
    for bad in (blob[:-1], blob[:5], b"\x02" + blob[1:], bytes([*blob[:40], blob[40] ^ 1, *blob[41:]])):
        with pytest.raises(seal.SealBroken):
            RING.decrypt_file(bad)


def test_key_file_is_made_once_and_private(tmp_path):
    path = tmp_path / "var" / "keys"
    ring = seal.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert seal.load_or_create(path) == ring
    assert [file.name for file in path.parent.iterdir()] == ["keys"]
    assert ring.keys[1].hex() not in repr(ring)


def test_two_first_starts_get_the_same_keys(tmp_path):
    path, rings = tmp_path / "keys", []
    threads = [threading.Thread(target=lambda: rings.append(seal.load_or_create(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rings) == 8
    assert all(ring == rings[0] for ring in rings)


def test_open_or_damaged_key_file_is_refused(tmp_path):
    path = tmp_path / "keys"
    seal.load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(seal.SealBroken, match="600"):
        seal.load_or_create(path)
    path.chmod(0o600)
    path.write_text("1:zz")
    with pytest.raises(seal.SealBroken, match="损坏"):
        seal.load_or_create(path)


def test_keyring_refuses_short_keys():
    with pytest.raises(ValueError, match="长度"):
        seal.Keyring({1: b"short"})
    with pytest.raises(ValueError, match="没有密钥"):
        seal.Keyring({})
