//! Dates as messages tell them.

use crate::message::DateTime;
use crate::slice::copy;

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

/// The most minutes that a clock is told to be ahead or behind.
const DAY: i16 = 24 * 60 - 1;

impl Date {
    /// Writes it:
    ///
    /// ```abnf
    /// date-time = day-name "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP ("+" / "-") 4DIGIT
    /// ```
    /// RFC 5322 §3.3. What is beyond four digits of year, or a day of offset, is told as the nearest that
    /// is not.
    pub(super) fn write(self, place: &mut [u8]) -> usize {
        let offset_minutes = self.offset_minutes.clamp(-DAY, DAY);
        copy(&DateTime::from(Self { offset_minutes, ..self }).to_bytes(), place)
    }
}

/// What was read, to be written.
impl From<DateTime> for Date {
    fn from(date: DateTime) -> Self {
        Self { seconds: date.timestamp(), offset_minutes: date.offset_minutes }
    }
}

/// What is written, as it is read.
impl From<Date> for DateTime {
    fn from(date: Date) -> Self {
        Self::from_timestamp(date.seconds, date.offset_minutes)
    }
}

impl core::fmt::Display for Date {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut text = [0; DateTime::LENGTH];
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

    #[test]
    fn a_date_that_was_read_is_written_the_same() {
        for text in
            ["Sat, 01 Jan 0000 00:00:00 +0000", "Fri, 21 Nov 1997 09:55:06 -0600", "Tue, 29 Feb 2000 23:59:59 +1400"]
        {
            let read = DateTime::parse(text.as_bytes()).unwrap();
            assert_eq!(Date::from(read).to_string(), text);
            assert_eq!(DateTime::from(Date::from(read)), read);
        }
    }
}
