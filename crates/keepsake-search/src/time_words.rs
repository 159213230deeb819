//! Words that name a time: those that show a text to tell when, and the stretch of time that a query asks about.

use crate::facts::Millis;
use crate::tokens::{Purpose, folded, words};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The months in English and French, folded, shortened where that is usual.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "janvier"],
    &["february", "feb", "fevrier"],
    &["march", "mar", "mars"],
    &["april", "apr", "avril"],
    &["may", "mai"],
    &["june", "jun", "juin"],
    &["july", "jul", "juillet"],
    &["august", "aug", "aout"],
    &["september", "sep", "sept", "septembre"],
    &["october", "oct", "octobre"],
    &["november", "nov", "novembre"],
    &["december", "dec", "decembre"],
];

/// Other words that tell when.
const OTHERS: [&str; 52] = [
    "yesterday",
    "today",
    "tonight",
    "tomorrow",
    "ago",
    "last",
    "next",
    "week",
    "weeks",
    "weekend",
    "month",
    "months",
    "year",
    "years",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "recently",
    "since",
    "soon",
    "summer",
    "winter",
    "spring",
    "fall",
    "autumn",
    "hier",
    "demain",
    "dernier",
    "derniere",
    "prochain",
    "prochaine",
    "semaine",
    "mois",
    "annee",
    "an",
    "ans",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "ete",
    "hiver",
    "printemps",
    "automne",
    "depuis",
];

/// Whether a folded word names a time.
pub(crate) fn is_time(word: &str) -> bool {
    month(word).is_some() || year(word).is_some() || OTHERS.contains(&word)
}

/// Whether a query asks when something was.
pub(crate) fn asks_when(query: &str) -> bool {
    let first = words(query, Purpose::Query).first().map(|word| folded(word.text));
    first.is_some_and(|word| ["when", "quand", "wann", "cuando", "quando", "wanneer"].contains(&&*word))
}

/// The stretch of time that a query names, such as “last May”, “in 2023”, “en mai dernier”, “yesterday”: its first
/// moment and the first one after it. What depends on the day is counted from `now`; without it only years and days of a
/// year are understood.
pub(crate) fn time_of(query: &str, now: Option<Millis>) -> Option<core::ops::Range<Millis>> {
    let words: Vec<String> = words(query, Purpose::Query).into_iter().map(|word| folded(word.text)).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&&**word));
    let is_last = has(&["last", "dernier", "derniere", "passe", "passee"]);
    let today = now.map(|now| now as i64 / DAY);
    let this_year = today.map(|day| date(day).0);
    let named_year = words.iter().find_map(|word| year(word));
    let days = if let Some((at, month)) = words.iter().enumerate().find_map(|(at, word)| Some((at, month(word)?))) {
        // “may I”, “mars” and “mar” are months only where something says so.
        let before = at.checked_sub(1).and_then(|at| words.get(at)).map(String::as_str);
        let said =
            matches!(before, Some("in" | "of" | "en" | "last" | "since" | "de" | "during" | "on" | "le" | "this"));
        let day = |at: Option<usize>| at.and_then(|at| words.get(at)).and_then(|word| day_of_month(word));
        let day = day(at.checked_sub(1)).or_else(|| day(Some(at + 1)));
        if !(said || is_last || named_year.is_some() || day.is_some()) {
            return None;
        }
        let this_month = today.map(|day| date(day).1);
        let year = named_year.or_else(|| {
            let is_past = this_month? > month || (this_month? == month && !is_last);
            Some(this_year? - i64::from(!is_past))
        })?;
        let start = days_until(year, month) + day.unwrap_or(1) - 1;
        let next = if month == 12 { days_until(year + 1, 1) } else { days_until(year, month + 1) };
        if day.is_some() { start..start + 1 } else { start..next }
    } else if let Some(year) = named_year {
        days_until(year, 1)..days_until(year + 1, 1)
    } else {
        let today = today?;
        let week = today - (today + 3).rem_euclid(7);
        let (year, month, _) = date(today);
        match () {
            () if has(&["yesterday", "hier"]) => today - 1..today,
            () if has(&["today", "aujourd"]) => today..today + 1,
            () if is_last && has(&["week", "semaine"]) => week - 7..week,
            () if is_last && has(&["month", "mois"]) && month == 1 => days_until(year - 1, 12)..days_until(year, 1),
            () if is_last && has(&["month", "mois"]) => days_until(year, month - 1)..days_until(year, month),
            () if is_last && has(&["year", "an", "annee"]) => days_until(year - 1, 1)..days_until(year, 1),
            () => return None,
        }
    };
    let moment = |day: i64| u64::try_from(day.checked_mul(DAY)?).ok();
    Some(moment(days.start)?..moment(days.end)?)
}

fn month(word: &str) -> Option<i64> {
    MONTHS.iter().position(|names| names.contains(&word)).map(|at| at as i64 + 1)
}

fn year(word: &str) -> Option<i64> {
    word.parse().ok().filter(|year| word.len() == 4 && (1970..2100).contains(year))
}

fn day_of_month(word: &str) -> Option<i64> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let ending = word.get(digits.len()..)?;
    let day = digits.parse().ok().filter(|day| (1..=31).contains(day));
    day.filter(|_| ["", "st", "nd", "rd", "th", "er"].contains(&ending))
}

/// The days from 1970 to the first of a month (Hinnant, “chrono-Compatible Low-Level Date Algorithms”).
fn days_until(year: i64, month: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year, month and day of a day since 1970.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25, a Wednesday.
    const NOW: Millis = 1_795_564_800_000;

    fn days(query: &str) -> Option<(String, String)> {
        let show = |at: Millis| {
            let (year, month, day) = date(at as i64 / DAY);
            format!("{year}-{month:02}-{day:02}")
        };
        time_of(query, Some(NOW)).map(|time| (show(time.start), show(time.end)))
    }

    fn stretch(from: &str, to: &str) -> Option<(String, String)> {
        Some((from.to_owned(), to.to_owned()))
    }

    #[test]
    fn a_named_time_is_understood() {
        assert_eq!(days("where was I last May?"), stretch("2026-05-01", "2026-06-01"));
        assert_eq!(days("en mai dernier"), stretch("2026-05-01", "2026-06-01"));
        assert_eq!(days("what happened in December"), stretch("2025-12-01", "2026-01-01"));
        assert_eq!(days("when did I move in 2023"), stretch("2023-01-01", "2024-01-01"));
        assert_eq!(days("on 8 May, 2023"), stretch("2023-05-08", "2023-05-09"));
        assert_eq!(days("July 4th 2024"), stretch("2024-07-04", "2024-07-05"));
        assert_eq!(days("what did I eat yesterday"), stretch("2026-11-24", "2026-11-25"));
        assert_eq!(days("la semaine dernière"), stretch("2026-11-16", "2026-11-23"));
        assert_eq!(days("last month"), stretch("2026-10-01", "2026-11-01"));
        assert_eq!(days("l'an dernier"), stretch("2025-01-01", "2026-01-01"));
    }

    #[test]
    fn words_that_only_look_like_a_time_are_none() {
        assert_eq!(days("may I have tea"), None);
        assert_eq!(days("the last slice of cake"), None);
        assert_eq!(time_of("last May", None), None);
    }
}
