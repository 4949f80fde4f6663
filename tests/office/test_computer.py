"""After burning: an export, or a colleague, brings the work back into a new vault."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, closing, found, newcomer, settle

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import NoVault
from leeward.ledger.model import put
from leeward.ledger.store.vault import Vault
from leeward.office import computer
from leeward.office.export import export
from leeward.office.relay import use_relay
from leeward.office.restore import restore
from leeward.office.team import admit, device_card, join, prepare_to_join

CLAIM = "c".ljust(26, "a")


def test_a_burnt_vault_comes_back_from_an_export(tmp_path: Path) -> None:
    anna = found(tmp_path / "anna", RelaySimulator().door())
    anna.session.commit(anna.vault.compartment_of("record"), put("claim", CLAIM, text="kept"))
    export(anna.session, tmp_path / "export", "eight winds over the harbour", work_factor=4)
    records = {kind: anna.vault.count(kind) for kind in anna.vault.kinds()}
    computer.burn_typed(anna.session, "burn")
    anna.close()
    with pytest.raises(NoVault):
        Vault.open(tmp_path / "anna", PASSPHRASE, clock=SystemClock(), chance=SystemChance())
    back = restore(
        tmp_path / "export",
        "eight winds over the harbour",
        tmp_path / "back",
        "a new one for the new vault",
        clock=SystemClock(),
        chance=SystemChance(),
        work_factor=4,
    )
    with back.vault as vault:
        assert {kind: vault.count(kind) for kind in vault.kinds()} == records
        claim = vault.get(CLAIM)
        assert claim is not None
        assert claim.fields["text"] == "kept"


def test_a_burnt_vault_comes_back_through_a_colleague(tmp_path: Path) -> None:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="documenter")
    with closing(anna, boris):
        boris.session.commit(boris.vault.compartment_of("record"), put("claim", CLAIM, text="kept"))
        settle(anna, boris)
        assert computer.what_burns(boris.session).unsent == 0
        assert computer.what_burns(boris.session).colleagues == 1
        computer.burn_typed(boris.session, "сжечь")
        again = prepare_to_join(
            tmp_path / "again", PASSPHRASE, clock=SystemClock(), chance=SystemChance(), work_factor=2
        )
        use_relay(again.vault, relay.door())
        back = Desk(again, relay.door())
        with closing(back):
            back.sync()
            card = device_card(again, name="Boris", role="documenter")
            admitted = admit(anna.session, card, "documenter", fingerprint=back.device_id)
            anna.sync()
            join(again, admitted.welcome, fingerprint=anna.device_id)
            settle(back, anna)
            claim = back.vault.get(CLAIM)
            assert claim is not None
            assert claim.fields["text"] == "kept"
