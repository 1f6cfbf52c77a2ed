"""The dialog of a demand that neither the live plan nor the scenario has any more."""

from roadmap.models import ScenarioChange
from tests.roadmap.restaffing import restaff


def test_what_is_gone_is_made_anew_or_its_change_taken_back(staffed, author, client):
    restaff(staffed, author, likely="2")
    staffed.demand.delete()
    root = f"/acme/roadmap/scenarios/{staffed.scenario.pk}/items/{staffed.item.pk}/demands/"
    dialog = f"{root}{ScenarioChange.objects.get().demand_key}/"

    assert client.get(dialog).status_code == 200
    assert client.post(dialog, {"is_needed": "on", "likely": "3", "profile": "flat"}).status_code == 303
    assert ScenarioChange.objects.get().new_value["likely"] == "3.000"
    assert client.post(dialog, {"reason": ""}).status_code == 303
    assert not ScenarioChange.objects.exists()
