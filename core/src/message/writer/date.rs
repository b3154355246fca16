//! Dates as messages tell them.

use crate::slice::{after_mut, copy};
use crate::text::Decimal;

/// A moment, and the time zone it is told in.
///
/// ```
/// use mailproto::message::writer::Date;
/// let date = Date { seconds: 1_767_225_600, offset_minutes: 60 };
/// assert_eq!(date.to_string(), "Thu, 01 Jan 2026 01:00:00 +0100");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Date {
    /// Seconds since the first of January 1970, UTC.
    pub seconds: i64,
    /// By how many minutes the clocks of the zone are ahead of UTC.
    pub offset_minutes: i16,
}

/// The characters of a date.
pub(super) const LENGTH: usize = 31;
const DAY: i64 = 86_400;
/// The first second of the year 0 and the last of the year 9999: what has four digits.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

impl Date {
    /// Writes it:
    ///
    /// ```abnf
    /// date-time = day-name "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP ("+" / "-") 4DIGIT
    /// ```
    /// RFC 5322 §3.3. What is beyond four digits of year, or a day of offset, is told as the nearest that
    /// is not.
    pub(super) fn write(self, place: &mut [u8]) -> usize {
        const DAYS: [&[u8]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
        const MONTHS: [&[u8]; 12] =
            [b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec", b"Jan", b"Feb"];
        let offset = self.offset_minutes.clamp(-1439, 1439);
        let local = self.seconds.clamp(FIRST, LAST).saturating_add(i64::from(offset) * 60).clamp(FIRST, LAST);
        // Both fit: the range above is short.
        let (days, second) = (local.div_euclid(DAY) as i32, local.rem_euclid(DAY) as u32);
        // Days since the first of March of the year -400, when a cycle of leap years began.
        let day = (days + 719_468 + 146_097) as u32;
        let (cycle, day_of_cycle) = (day / 146_097, day % 146_097);
        let year_of_cycle =
            (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
        let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let month = (5 * day_of_year + 2) / 153;
        let year = (cycle * 400 + year_of_cycle + u32::from(month >= 10)).saturating_sub(400);
        let minutes = u32::from(offset.unsigned_abs());
        let mut line = Writing { place, written: 0 };
        line.put(DAYS.get(days.rem_euclid(7) as usize).copied().unwrap_or_default());
        line.put(b", ");
        line.digits(day_of_year - (153 * month + 2) / 5 + 1);
        line.put(b" ");
        line.put(MONTHS.get(month as usize).copied().unwrap_or_default());
        line.put(b" ");
        line.digits(year / 100);
        line.digits(year % 100);
        line.put(b" ");
        line.digits(second / 3_600);
        line.put(b":");
        line.digits(second / 60 % 60);
        line.put(b":");
        line.digits(second % 60);
        line.put(if offset < 0 { b" -" } else { b" +" });
        line.digits(minutes / 60);
        line.digits(minutes % 60);
        line.written
    }
}

struct Writing<'a> {
    place: &'a mut [u8],
    written: usize,
}

impl Writing<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.written += copy(bytes, after_mut(self.place, self.written));
    }

    /// Two digits.
    fn digits(&mut self, number: u32) {
        if number < 10 {
            self.put(b"0");
        }
        self.put(Decimal::new(number.into()).as_bytes());
    }
}

impl core::fmt::Display for Date {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut text = [0; LENGTH];
        let length = self.write(&mut text);
        formatter.write_str(crate::text::utf8(crate::slice::front(&text, length)).unwrap_or_default())
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, offset_minutes, text) in [
            (0, 0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (951_782_400, -330, "Mon, 28 Feb 2000 18:30:00 -0530"),
            (951_825_600, 720, "Wed, 01 Mar 2000 00:00:00 +1200"),
            (1_709_164_800, 0, "Thu, 29 Feb 2024 00:00:00 +0000"),
            (4_107_542_400, 0, "Mon, 01 Mar 2100 00:00:00 +0000"),
            (i64::MAX, i16::MAX, "Fri, 31 Dec 9999 23:59:59 +2359"),
            (i64::MIN, i16::MIN, "Sat, 01 Jan 0000 00:00:00 -2359"),
        ] {
            assert_eq!(Date { seconds, offset_minutes }.to_string(), text);
        }
    }
}
