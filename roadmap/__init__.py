"""When things happen: roadmaps, items, milestones, dependencies, calendars, capacity, scenarios and baselines.

Not responsible for why an item is worth doing (portfolio) or whether it may launch (governance).
"""
