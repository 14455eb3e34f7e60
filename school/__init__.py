"""The school portal: the reference system that Doorward guards. It knows nothing of Doorward."""
