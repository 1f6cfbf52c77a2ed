"""Files made of a plan: slides, pages, pictures, tables. Each maker takes a `Plan` and returns the file's bytes."""
