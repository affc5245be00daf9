"""Vector calculus: functions and fields given by components in scalar letters."""
