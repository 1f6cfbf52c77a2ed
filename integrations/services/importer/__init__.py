"""The importer: reading a file, mapping its columns, interpreting its words, planning and applying."""
