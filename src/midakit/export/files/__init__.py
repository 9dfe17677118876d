"""The files of an export: stores, formats, manifests, merging, verification."""
