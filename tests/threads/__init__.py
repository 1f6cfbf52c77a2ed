"""Threads: one initiative through every app, as people and programs take it; single apps have their own folders."""
