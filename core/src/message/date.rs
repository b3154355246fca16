//! Dates and times (RFC 5322 §3.3, §4.3), as they should be written and as they are.
//!
//! ```
//! use mailproto::message::DateTime;
//! let date = DateTime::parse(b"Fri, 21 Nov 1997 09:55:06 -0600").unwrap();
//! assert_eq!((date.year, date.month, date.day), (1997, 11, 21));
//! assert_eq!(date.timestamp(), 880_127_706);
//! assert_eq!(date.to_string(), "Fri, 21 Nov 1997 09:55:06 -0600");
//! // Obsolete, and from the `ctime` of C.
//! assert_eq!(DateTime::parse(b"21 Nov 97 09(comment):55:06 CST"), Some(date));
//! assert_eq!(DateTime::parse(b"Fri Nov 21 09:55:06 CST 1997"), Some(date));
//! ```

use super::anomaly::{Anomalies, Anomaly};
use super::lexical::{Notes, at, between, run, skip_comments};
use core::fmt;

/// A moment as a place on earth tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The year, up to 9999.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 60.
    pub second: u8,
    /// Minutes that the clock there is ahead of universal time.
    pub offset_minutes: i16,
    /// Whether the offset is known; `-0000` says that it is not (RFC 5322 §3.3).
    pub offset_known: bool,
}

const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
const DAYS: &[u8; 21] = b"SunMonTueWedThuFriSat";

impl DateTime {
    /// Bytes of a date as [`to_bytes`](Self::to_bytes) writes it.
    pub const LENGTH: usize = 31;

    /// Reads a date in any form that mail has been seen with; `None` if there is no day, month or year, or
    /// a number that no calendar or clock shows.
    ///
    /// ```text
    /// date-time     = [ day-name "," ] day month year hour ":" minute [ ":" second ] zone
    /// obs-year      = 2*DIGIT
    /// obs-zone      = "UT" / "GMT" / "EST" / … / 1ALPHA / "+" 4DIGIT
    /// ```
    /// RFC 5322 §3.3, §4.3; and `asctime`, RFC 850, ISO 8601, each with what may be missing.
    pub fn parse(value: &[u8]) -> Option<Self> {
        read(value, &mut Notes::nobody())
    }

    /// What is not by the letter of RFC 5322 in this date.
    pub fn anomalies(value: &[u8]) -> Anomalies {
        let mut anomalies = Anomalies::NONE;
        if read(value, &mut Notes::new(&mut anomalies)).is_none() {
            anomalies.note(Anomaly::UNREADABLE_DATE, 0);
        }
        anomalies
    }

    /// The moment so many seconds after the start of 1970 in universal time, with the clock that is so many
    /// minutes ahead of it. What no year of four digits holds becomes the first or last second of them.
    pub fn from_timestamp(seconds: i64, offset_minutes: i16) -> Self {
        // From the start of the year 0 to the end of 9999, as the clock there tells it.
        let local = seconds.saturating_add(i64::from(offset_minutes) * 60).clamp(-62_167_219_200, 253_402_300_799);
        let day = local.div_euclid(86_400);
        let second = local.rem_euclid(86_400) as u32;
        let (year, month, day) = date_of(day);
        Self {
            year,
            month,
            day,
            hour: (second / 3_600) as u8,
            minute: (second / 60 % 60) as u8,
            second: (second % 60) as u8,
            offset_minutes,
            offset_known: true,
        }
    }

    /// Seconds since the start of 1970 in universal time.
    pub fn timestamp(&self) -> i64 {
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute) - i64::from(self.offset_minutes);
        i64::from(self.days()) * 86_400 + minutes * 60 + i64::from(self.second)
    }

    /// The day of the week, from 0 for Sunday.
    pub fn weekday(&self) -> u8 {
        (self.days() + 4).rem_euclid(7) as u8
    }

    /// The date as RFC 5322 §3.3 has it: `Fri, 21 Nov 1997 09:55:06 -0600`.
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut text = *b"Sun, 00 Jan 0000 00:00:00 +0000";
        let offset = self.offset_minutes.unsigned_abs();
        let mut put = |place: usize, number: u16| {
            if let Some([tens, ones]) = text.get_mut(place..place + 2) {
                *tens = b'0' + (number / 10 % 10) as u8;
                *ones = b'0' + (number % 10) as u8;
            }
        };
        put(5, u16::from(self.day));
        put(12, self.year / 100);
        put(14, self.year % 100);
        put(17, u16::from(self.hour));
        put(20, u16::from(self.minute));
        put(23, u16::from(self.second));
        put(27, offset / 60);
        put(29, offset % 60);
        let mut name = |place: usize, names: &[u8], index: u8| {
            let start = usize::from(index) * 3;
            if let (Some(to), Some(from)) = (text.get_mut(place..place + 3), names.get(start..start + 3)) {
                to.copy_from_slice(from);
            }
        };
        name(0, DAYS, self.weekday());
        name(8, MONTHS, self.month.saturating_sub(1));
        if self.offset_minutes < 0 || !self.offset_known {
            text[26] = b'-';
        }
        text
    }

    /// Days since the start of 1970.
    fn days(&self) -> i32 {
        // Years that begin in March, so that the odd day is the last one.
        let month = i32::from(self.month);
        let year = i32::from(self.year) - i32::from(month <= 2);
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        let day = (153 * ((month + 9) % 12) + 2) / 5 + i32::from(self.day) - 1;
        era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
    }

    /// Whether its numbers are those of a calendar and a clock.
    fn is_sound(&self) -> bool {
        (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day)
            && self.year <= 9_999
            && self.hour < 24
            && self.minute < 60
            && self.second <= 60
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(core::str::from_utf8(&self.to_bytes()).unwrap_or_default())
    }
}

/// Year, month and day of the day so many days after the start of 1970.
fn date_of(days: i64) -> (u16, u8, u8) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year.clamp(0, 9_999) as u16, month as u8, day as u8)
}

/// What has been found of a date.
#[derive(Default)]
struct Found {
    year: Option<u32>,
    month: Option<u8>,
    day: Option<u32>,
    time: Option<[u32; 3]>,
    zone: Option<i16>,
    zone_known: bool,
}

/// Looks at one word or number after the other, and takes each for what it can be.
fn read(value: &[u8], notes: &mut Notes<'_>) -> Option<DateTime> {
    let mut found = Found::default();
    let mut place = 0;
    loop {
        place = skip_comments(value, place, notes);
        let byte = at(value, place);
        if place >= value.len() {
            break;
        }
        place = if byte.is_ascii_digit() {
            found.number(value, place, notes)?
        } else if byte.is_ascii_alphabetic() {
            found.word(value, place, notes)
        } else if matches!(byte, b'+' | b'-') && found.time.is_some() && at(value, place + 1).is_ascii_digit() {
            found.offset(value, place, notes)
        } else {
            if byte != b',' {
                notes.note(Anomaly::MALFORMED_DATE, place);
            }
            place + 1
        };
    }
    found.date(notes)
}

impl Found {
    /// A time, a whole date of ISO 8601, a day or a year. `None` where it is none of these.
    fn number(&mut self, value: &[u8], place: usize, notes: &mut Notes<'_>) -> Option<usize> {
        let end = run(value, place, |byte| byte.is_ascii_digit());
        let (length, number) = (end - place, decimal(between(value, place, end))?);
        // White space and comments may stand before the colon (RFC 5322 §4.3).
        let behind = skip_comments(value, end, notes);
        let clock = at(value, behind) == b':' || at(value, end) == b'.' && self.year.is_some();
        if self.time.is_none() && length <= 2 && clock {
            return self.time(value, number, behind, notes);
        }
        if length == 4 && at(value, end) == b'-' && self.year.is_none() && self.day.is_none() {
            return self.iso(value, number, end, notes);
        }
        if length <= 2 && self.day.is_none() {
            self.day = Some(number);
        } else if self.year.is_none() {
            self.year = Some(match length {
                // RFC 5322 §4.3.
                1 | 2 if number < 50 => number + 2_000,
                1..=3 => number + 1_900,
                _ => number,
            });
            if length < 4 {
                notes.note(Anomaly::OBSOLETE_DATE, place);
            }
        } else {
            notes.note(Anomaly::MALFORMED_DATE, place);
        }
        Some(end)
    }

    /// `hour ":" minute [ ":" second ]`, of which the hour has been read; fractions are passed over.
    fn time(&mut self, value: &[u8], hour: u32, place: usize, notes: &mut Notes<'_>) -> Option<usize> {
        let mut time = [hour, 0, 0];
        let mut place = place;
        let separator = at(value, place);
        if separator == b'.' || self.day.is_none() {
            notes.note(Anomaly::MALFORMED_DATE, place);
        }
        for part in time.iter_mut().skip(1) {
            let behind = skip_comments(value, place, notes);
            let start = skip_comments(value, behind + 1, notes);
            if at(value, behind) != separator || !at(value, start).is_ascii_digit() {
                break;
            }
            place = run(value, start, |byte| byte.is_ascii_digit());
            *part = decimal(between(value, start, place))?;
        }
        if matches!(at(value, place), b'.' | b',') && at(value, place + 1).is_ascii_digit() {
            notes.note(Anomaly::MALFORMED_DATE, place);
            place = run(value, place + 1, |byte| byte.is_ascii_digit());
        }
        self.time = Some(time);
        Some(place)
    }

    /// The month and day of `year "-" month "-" day [ "T" ]`.
    fn iso(&mut self, value: &[u8], year: u32, place: usize, notes: &mut Notes<'_>) -> Option<usize> {
        notes.note(Anomaly::MALFORMED_DATE, place);
        let middle = run(value, place + 1, |byte| byte.is_ascii_digit());
        if at(value, middle) != b'-' {
            return None;
        }
        let end = run(value, middle + 1, |byte| byte.is_ascii_digit());
        self.year = Some(year);
        self.month = Some(decimal(between(value, place + 1, middle))?.min(13) as u8);
        self.day = Some(decimal(between(value, middle + 1, end))?);
        let joined = matches!(at(value, end), b'T' | b't') && at(value, end + 1).is_ascii_digit();
        Some(end + usize::from(joined))
    }

    /// A month, a day of the week, a zone, or half a day.
    fn word(&mut self, value: &[u8], place: usize, notes: &mut Notes<'_>) -> usize {
        let end = run(value, place, |byte| byte.is_ascii_alphabetic());
        let word = between(value, place, end);
        let is_day = index_of(word, DAYS).is_some();
        let month = index_of(word, MONTHS).filter(|_| self.month.is_none());
        if let (Some(month), true) = (month, self.time.is_none() || !is_day) {
            self.month = Some(month + 1);
            if word.len() > 3 {
                notes.note(Anomaly::MALFORMED_DATE, place);
            }
        } else if is_day && self.zone.is_none() && word.len() >= 3 {
            if word.len() > 3 || at(value, end) != b',' {
                notes.note(Anomaly::MALFORMED_DATE, place);
            }
        } else if let Some(time) = self.time.as_mut().filter(|_| self.zone.is_none()) {
            if word.eq_ignore_ascii_case(b"PM") || word.eq_ignore_ascii_case(b"AM") {
                notes.note(Anomaly::MALFORMED_DATE, place);
                let [hour, ..] = time;
                *hour = *hour % 12 + if matches!(word, [b'P' | b'p', ..]) { 12 } else { 0 };
            } else {
                self.zone_name(word, place, notes);
            }
        } else {
            notes.note(Anomaly::MALFORMED_DATE, place);
        }
        end
    }

    /// ```text
    /// obs-zone = "UT" / "GMT" / "EST" / "EDT" / "CST" / "CDT" / "MST" / "MDT" / "PST" / "PDT" / 1ALPHA
    /// ```
    /// RFC 5322 §4.3. Letters other than Z and names that are not known say nothing. `BST` and its like mean
    /// several zones and are among these.
    fn zone_name(&mut self, word: &[u8], place: usize, notes: &mut Notes<'_>) {
        let mut name = [0; 4];
        for (to, from) in name.iter_mut().zip(word) {
            *to = from.to_ascii_uppercase();
        }
        let hours = match &name {
            b"UT\0\0" | b"GMT\0" | b"UTC\0" | b"Z\0\0\0" => Some(0),
            b"EDT\0" => Some(-4),
            b"EST\0" | b"CDT\0" => Some(-5),
            b"CST\0" | b"MDT\0" => Some(-6),
            b"MST\0" | b"PDT\0" => Some(-7),
            b"PST\0" => Some(-8),
            _ => None,
        };
        self.zone = Some(hours.unwrap_or(0) * 60);
        self.zone_known = hours.is_some();
        notes.note(if hours.is_some() { Anomaly::OBSOLETE_DATE } else { Anomaly::MALFORMED_DATE }, place);
    }

    /// `( "+" / "-" ) 4DIGIT`; also behind the name of a zone, with a colon, and without minutes.
    fn offset(&mut self, value: &[u8], place: usize, notes: &mut Notes<'_>) -> usize {
        let mut end = run(value, place + 1, |byte| byte.is_ascii_digit());
        let digits = between(value, place + 1, end);
        let mut number = decimal(digits).unwrap_or(0);
        if digits.len() != 4 {
            notes.note(Anomaly::MALFORMED_DATE, place);
        }
        if digits.len() <= 2 {
            number *= 100;
            if at(value, end) == b':' && at(value, end + 1).is_ascii_digit() {
                let start = end + 1;
                end = run(value, start, |byte| byte.is_ascii_digit());
                number += decimal(between(value, start, end)).unwrap_or(0).min(59);
            }
        }
        if number > 9_959 || self.zone.is_some_and(|zone| zone != 0) {
            notes.note(Anomaly::MALFORMED_DATE, place);
            return end;
        }
        let minutes = (number / 100 * 60 + number % 100) as i16;
        let behind = at(value, place) == b'-';
        self.zone = Some(if behind { -minutes } else { minutes });
        self.zone_known = minutes != 0 || !behind;
        end
    }

    fn date(self, notes: &mut Notes<'_>) -> Option<DateTime> {
        if self.time.is_none() || self.zone.is_none() {
            notes.note(Anomaly::MALFORMED_DATE, 0);
        }
        let [hour, minute, second] = self.time.unwrap_or_default();
        let byte = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
        let date = DateTime {
            year: u16::try_from(self.year?).unwrap_or(u16::MAX),
            month: self.month?,
            day: byte(self.day?),
            hour: byte(hour),
            minute: byte(minute),
            second: byte(second),
            offset_minutes: self.zone.unwrap_or(0),
            offset_known: self.zone_known,
        };
        if date.day > days_in(date.year, date.month) {
            notes.note(Anomaly::MALFORMED_DATE, 0);
        }
        date.is_sound().then_some(date)
    }
}

/// Which of the names of three letters `word` begins with.
fn index_of(word: &[u8], names: &[u8]) -> Option<u8> {
    let front: &[u8; 3] = word.first_chunk()?;
    let (names, _) = names.as_chunks::<3>();
    names.iter().position(|name| name.eq_ignore_ascii_case(front)).map(|index| index as u8)
}

/// A number of up to eight digits, and zeros before them.
fn decimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        let number = number * 10 + u32::from(digit - b'0');
        (number < 100_000_000).then_some(number)
    })
}

const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec::Vec;

    fn seconds(text: &str) -> Option<i64> {
        DateTime::parse(text.as_bytes()).map(|date| date.timestamp())
    }

    #[test]
    fn a_date_by_the_grammar_has_no_anomaly() {
        for (text, timestamp) in [
            ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706),
            ("21 Nov 1997 09:55:06 -0600", 880_127_706),
            (" Fri,\r\n 21 Nov 1997 09:55 -0600 (CST)", 880_127_700),
            ("Thu, 1 Jan 1970 00:00:00 +0000", 0),
            ("Wed, 31 Dec 1969 23:59:60 -0000", 0),
            ("Tue, 29 Feb 2000 12:00:00 +1400", 951_775_200),
            ("Fri, 31 Dec 9999 23:59:59 +0000", 253_402_300_799),
        ] {
            assert_eq!(seconds(text), Some(timestamp), "{text}");
            assert!(DateTime::anomalies(text.as_bytes()).is_empty(), "{text}");
        }
    }

    #[test]
    fn obsolete_forms_are_read_and_noted() {
        for text in [
            "21 Nov 97 09:55:06 -0600",
            "21 Nov 097 09:55:06 -0600",
            "21 Nov 97 09:55:06 CST",
            "Fri, 21 Nov 1997 09(comment):   55  :  06 CST",
            "Fri, 21 Nov 97 10:55:06 EST",
            "21 Nov 1997 15:55:06 GMT",
            "21 Nov 1997 15:55:06 Z",
        ] {
            assert_eq!(seconds(text), Some(880_127_706), "{text}");
            let anomalies = DateTime::anomalies(text.as_bytes());
            assert_eq!(anomalies.names().collect::<Vec<_>>(), ["obsolete_date"], "{text}");
        }
        assert_eq!(DateTime::parse(b"1 Jan 49 00:00 UT").unwrap().year, 2049);
        assert_eq!(DateTime::parse(b"1 Jan 50 00:00 UT").unwrap().year, 1950);
        assert_eq!(DateTime::parse(b"1 Jan 100 00:00 UT").unwrap().year, 2000);
    }

    #[test]
    fn other_forms_are_read_and_noted() {
        for text in [
            "Fri Nov 21 09:55:06 1997 -0600",
            "Fri Nov 21 09:55:06 CST 1997",
            "Fri Nov 21 15:55:06 1997",
            "Friday, 21-Nov-97 15:55:06 GMT",
            "Friday, 21 November 1997 15:55:06 +0000",
            "1997-11-21T15:55:06Z",
            "1997-11-21T15:55:06.123Z",
            "1997-11-21 09:55:06-06:00",
            "1997-11-21 09:55:06 -6",
            "Fri,21 Nov 1997 09:55:06 GMT-0600",
            "21 Nov 1997 15.55.06 +0000",
            "21 Nov 1997 03:55:06 PM",
            "Fri, 21 Nov 1997 15:55:06 XYZ",
            "\tFri,\t21\tNov\t1997 15:55:06",
            "Fri, 21 Nov 1997 15:55:06 +0000 (unclosed",
        ] {
            assert_eq!(seconds(text), Some(880_127_706), "{text}");
            let anomalies = DateTime::anomalies(text.as_bytes());
            assert!(!anomalies.is_empty(), "{text}");
            assert!(!anomalies.contains(Anomaly::UNREADABLE_DATE), "{text}");
        }
        assert_eq!(seconds("21 Nov 1997"), Some(880_070_400));
        assert_eq!(seconds("31 Feb 1998 00:00:00 +0000"), seconds("3 Mar 1998 00:00:00 +0000"));
    }

    #[test]
    fn what_no_calendar_or_clock_shows_is_no_date() {
        for text in [
            "",
            " ",
            "never",
            "Fri, 21 Foo 1997 09:55:06 -0600",
            "Fri, 32 Nov 1997 09:55:06 -0600",
            "Fri, 0 Nov 1997 09:55:06 -0600",
            "Fri, 21 Nov 1997 24:55:06 -0600",
            "Fri, 21 Nov 1997 09:60:06 -0600",
            "Fri, 21 Nov 1997 09:55:61 -0600",
            "Fri, 21 Nov 09:55:06 -0600",
            "Fri, 21 1997 09:55:06 -0600",
            "21 Nov 99999 09:55:06 -0600",
            "21 Nov 18446744073709551617 09:55:06 -0600",
            "1997-13-21 00:00:00",
        ] {
            assert_eq!(seconds(text), None, "{text}");
            assert!(DateTime::anomalies(text.as_bytes()).contains(Anomaly::UNREADABLE_DATE), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was_meant() {
        for seconds in (-62_000_000_000..253_402_200_000).step_by(86_400 * 97 + 12_345) {
            for offset in [0, 60, -210, 840, -5_999] {
                let date = DateTime::from_timestamp(seconds, offset);
                assert_eq!(date.timestamp(), seconds);
                let text = date.to_string();
                assert_eq!(DateTime::parse(text.as_bytes()), Some(date), "{text}");
                assert!(DateTime::anomalies(text.as_bytes()).is_empty(), "{text}");
            }
        }
        let unknown = DateTime::parse(b"1 Jan 2000 00:00:00 -0000").unwrap();
        assert_eq!(unknown.to_string(), "Sat, 01 Jan 2000 00:00:00 -0000");
        for (seconds, year) in [(i64::MIN, 0), (i64::MAX, 9_999)] {
            assert_eq!(DateTime::from_timestamp(seconds, 0).year, year);
        }
    }
}
