"""Everything the roadmap stores."""

from roadmap.models.dependency import Dependency
from roadmap.models.item import RoadmapItem
from roadmap.models.milestone import Milestone
from roadmap.models.roadmap import Roadmap

__all__ = ["Dependency", "Milestone", "Roadmap", "RoadmapItem"]
