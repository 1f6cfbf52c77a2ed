"""Collaboration: comments, notifications, tags, saved views and documents around any record.

It knows organizations and people, and no product word.
"""
