//! Points in time as they cross Keepsake's edges: milliseconds inside, RFC 3339 and calendar days outside.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, Time};

/// Milliseconds since 1970-01-01T00:00:00Z, as JavaScript's `Date.now()` counts them.
pub type Millis = u64;

/// The moment as RFC 3339 in UTC, such as `2026-01-15T00:00:00Z`; `None` past the year 9999.
pub fn format_rfc3339(at: Millis) -> Option<String> {
    moment(at)?.format(&Rfc3339).ok()
}

/// The moment as RFC 3339 in UTC with milliseconds, such as `2026-01-15T00:00:00.000Z`; the last one of the year 9999 for
/// every later one.
pub fn format_moment(at: Millis) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let exact = i128::from(at) * 1_000_000;
    let written = OffsetDateTime::from_unix_timestamp_nanos(exact).ok().and_then(|at| at.format(format).ok());
    written.unwrap_or_else(|| "9999-12-31T23:59:59.999Z".to_owned())
}

/// Reads a moment in RFC 3339, to the millisecond; `None` for anything else and for moments before 1970.
pub fn parse_moment(text: &str) -> Option<Millis> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Millis::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// The UTC calendar day of the moment, such as `2026-01-15`; `None` past the year 9999.
pub fn format_date(at: Millis) -> Option<String> {
    moment(at)?.format(format_description!("[year]-[month]-[day]")).ok()
}

/// The first moment, in UTC, of a day written `2026-01-15`; `None` for anything else and for days before 1970.
pub fn parse_date(text: &str) -> Option<Millis> {
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    let seconds = day.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp();
    Millis::try_from(seconds).ok()?.checked_mul(1000)
}

fn moment(at: Millis) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(i64::try_from(at / 1000).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_back_as_it_was_written() {
        let at = parse_date("2026-01-15").unwrap();
        assert_eq!(at, 1_768_435_200_000);
        assert_eq!(format_date(at).as_deref(), Some("2026-01-15"));
        assert_eq!(format_rfc3339(at).as_deref(), Some("2026-01-15T00:00:00Z"));
    }

    #[test]
    fn a_moment_reads_back_to_the_millisecond() {
        for at in [0, 1_768_435_200_123, 253_402_300_799_999] {
            assert_eq!(parse_moment(&format_moment(at)), Some(at));
        }
        assert_eq!(format_moment(u64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(parse_moment("2026-01-15T01:00:00+01:00"), parse_date("2026-01-15"));
        assert_eq!(parse_moment("1969-12-31T23:59:59Z"), None);
        assert_eq!(parse_moment("2026-01-15"), None);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "2026", "2026-13-01", "2026-02-30", "1969-12-31", "15.01.2026", "2026-1-5"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_past_the_calendar_has_no_form() {
        assert_eq!(format_rfc3339(u64::MAX), None);
    }
}
