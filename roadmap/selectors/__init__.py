"""Reads that span the roadmap's tables."""
