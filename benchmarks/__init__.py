"""Figures with limits measured in the same run: ratios hold on any machine, seconds do not."""
