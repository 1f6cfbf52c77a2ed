"""Screens: navigation, tables, forms and the declarative CRUD layer. Knows no model and no business word."""
