"""Going out: values to bytes. Pure: the same values give the same bytes on any machine."""
