//! Writes a Unix time as a UTC date; no time zones, no locale, no calendar library.

/// `YYYY-MM-DD HH:MM:SS UTC` for seconds since 1970-01-01.
pub(crate) fn format(unix_s: u64) -> String {
    let (days, second) = (unix_s / 86_400, unix_s % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// As RFC 3339 has it, for milliseconds since 1970-01-01.
pub(crate) fn rfc3339(unix_ms: u64) -> String {
    let text = format(unix_ms / 1000);
    let (date, time) = (&text[..10], &text[11..19]);
    format!("{date}T{time}.{:03}Z", unix_ms % 1000)
}
/// Days since 1970-01-01 to year, month, day: Howard Hinnant's `civil_from_days`, in which a year
/// begins in March so that the leap day is its last.
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    #[test]
    fn milliseconds_are_told_as_internet_dates_have_them() {
        assert_eq!(
            super::rfc3339(1_795_269_791_007),
            "2026-11-21T14:03:11.007Z"
        );
        assert_eq!(super::rfc3339(0), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn known_moments() {
        let cases = [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (1_795_269_791, "2026-11-21 14:03:11 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ];
        for (unix_s, expected) in cases {
            assert_eq!(super::format(unix_s), expected);
        }
    }
}
