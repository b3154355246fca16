//! Messages as mailers write them, made up: the same for the same seed.

use crate::data::Random;
use crate::texts;

const NAMES: &[&str] = &["Alice Johnson", "Bob Smith", "Carol Diaz", "Erin O'Neil", "Grace Kim", "Maria Garcia Lopez"];
/// Names beyond ASCII, as encoded words.
const ENCODED_NAMES: &[&str] = &[
    "=?utf-8?Q?J=C3=BCrgen_M=C3=BCller?=",
    "=?UTF-8?B?5bGx55Sw5aSq6YOO?=",
    "=?iso-8859-1?Q?Andr=E9_Lef=E8vre?=",
    "=?utf-8?B?0JjQstCw0L0g0J/QtdGC0YDQvtCy?=",
];
const HOSTS: &[&str] = &["example.com", "mail.example.org", "lists.example.net", "corp.example.co.uk"];
const DAYS: &[&str] = &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: &[&str] = &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const ZONES: &[&str] = &["+0000", "-0700", "+0200", "+0530"];

fn date(random: &mut Random) -> String {
    format!(
        "{}, {:02} {} {} {:02}:{:02}:{:02} {}",
        random.pick(DAYS),
        1 + random.below(28),
        random.pick(MONTHS),
        2015 + random.below(11),
        random.below(24),
        random.below(60),
        random.below(60),
        random.pick(ZONES)
    )
}

fn mailbox(random: &mut Random) -> String {
    let word = texts::words(random, 1);
    format!("{word}.{}@{}", random.below(1_000), random.pick(HOSTS))
}

fn address(random: &mut Random) -> String {
    let mailbox = mailbox(random);
    match random.below(5) {
        0 => mailbox,
        1 => format!("{} <{mailbox}>", random.pick(ENCODED_NAMES)),
        _ => format!("\"{}\" <{mailbox}>", random.pick(NAMES)),
    }
}

fn message_id(random: &mut Random) -> String {
    format!("<{:016x}.{}@{}>", random.next(), random.below(1_000_000), random.pick(HOSTS))
}

fn subject(random: &mut Random) -> String {
    let reply = if random.percent(40) { "Re: " } else { "" };
    match random.below(10) {
        0 => format!("{reply}=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= {}", texts::words(random, 2)),
        1 => format!("{reply}=?UTF-8?B?{}?=", base64(texts::words(random, 4).as_bytes()).trim_end()),
        _ => {
            let count = 3 + random.below(7) as usize;
            format!("{reply}{}", texts::words(random, count))
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    encodify::base64::MIME.encode(bytes)
}

/// A header without the fields of the content.
fn header(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..2 + random.below(4) {
        let (host, by, id) = (random.pick(HOSTS), random.pick(HOSTS), random.next() >> 16);
        text += &format!(
            "Received: from relay.{host} ({host} [192.0.2.{}])\r\n\tby mx{}.{by} (Postfix) with ESMTPS id {id:012X}\r\n\
             \tfor <{}>; {}\r\n",
            random.below(255),
            random.below(9),
            mailbox(random),
            date(random)
        );
    }
    let hash = |random: &mut Random| base64(&random.next().to_le_bytes().repeat(4)).trim_end().to_owned();
    text += &format!(
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={};\r\n\ts=s{}; h=from:to:subject:date:message-id;\r\n\
         \tbh={};\r\n\tb={}\r\n",
        random.pick(HOSTS),
        random.below(99),
        hash(random),
        hash(random)
    );
    text += &format!("From: {}\r\n", address(random));
    let to: Vec<String> = (0..1 + random.below(5)).map(|_| address(random)).collect();
    text += &format!("To: {}\r\n", to.join(",\r\n "));
    if random.percent(30) {
        text += &format!("Cc: {}\r\n", address(random));
    }
    text +=
        &format!("Subject: {}\r\nDate: {}\r\nMessage-ID: {}\r\n", subject(random), date(random), message_id(random));
    if random.percent(40) {
        let ids = [message_id(random), message_id(random), message_id(random)];
        text += &format!("In-Reply-To: {}\r\nReferences: {}\r\n {}\r\n", ids[0], ids[1], ids[2]);
    }
    text + "MIME-Version: 1.0\r\nX-Mailer: Bench 1.0\r\n"
}

fn html(random: &mut Random, bytes: usize) -> String {
    let mut text = String::from("<html><body>\r\n");
    while text.len() < bytes {
        let (words, more) = (texts::words(random, 12), texts::words(random, 8));
        text += &format!("<p style=\"color: #{:06x}\">{words}<br>\r\n{more}</p>\r\n", random.below(1 << 24));
    }
    text + "</body></html>\r\n"
}

/// A text part: a third of them base64, the others quoted-printable or as they are.
fn text(random: &mut Random, bytes: usize, subtype: &str) -> String {
    let body = match subtype {
        "html" => html(random, bytes),
        _ if random.percent(50) => texts::paragraphs(random, bytes),
        _ => texts::plain_paragraphs(random, bytes),
    };
    if random.percent(35) {
        let head = "charset=utf-8\r\nContent-Transfer-Encoding: base64";
        format!("Content-Type: text/{subtype}; {head}\r\n\r\n{}", base64(body.as_bytes()))
    } else if !body.is_ascii() || random.percent(50) {
        let head = "charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable";
        format!("Content-Type: text/{subtype}; {head}\r\n\r\n{}", encodify::qp::BODY.encode(&body))
    } else {
        format!("Content-Type: text/{subtype}; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{body}")
    }
}

fn attachment(random: &mut Random, bytes: usize) -> String {
    let file = format!("{}.pdf", texts::words(random, 1));
    let disposition = if random.percent(40) {
        format!("attachment;\r\n filename*0*=utf-8''{}%C3%A9;\r\n filename*1*=-1.pdf", texts::words(random, 1))
    } else {
        format!("attachment; filename=\"{file}\"")
    };
    let content: Vec<u8> = (0..bytes).map(|_| random.next() as u8).collect();
    format!(
        "Content-Type: application/pdf; name=\"{file}\"\r\nContent-Disposition: {disposition}\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}",
        base64(&content)
    )
}

/// Messages of 2 to 50 KiB: text alone, text and HTML, with an attachment, with a message within.
pub(crate) fn messages(count: usize) -> Vec<Vec<u8>> {
    let mut random = Random::new(14);
    let random = &mut random;
    let mut message = |index: usize| {
        let size = ((2_048 << random.below(5)) + random.below(2_048)).min(48 * 1_024) as usize;
        let mut message = header(random);
        let outer = format!("----=_Part_{:x}_{index}", random.next());
        let inner = format!("alt{:x}", random.next());
        let alternative = |random: &mut Random, plain: usize, rich: usize| {
            format!(
                "Content-Type: multipart/alternative;\r\n boundary=\"{inner}\"\r\n\r\n--{inner}\r\n{}\r\n--{inner}\r\n{}\r\n\
                 --{inner}--\r\n",
                text(random, plain, "plain"),
                text(random, rich, "html")
            )
        };
        message += &match random.below(10) {
            0..=2 => text(random, size, "plain"),
            3..=5 => alternative(random, size / 3, size * 2 / 3),
            6..=8 => format!(
                "Content-Type: multipart/mixed; boundary=\"{outer}\"\r\n\r\nThis is a multi-part message in MIME format.\r\n\
                 --{outer}\r\n{}\r\n--{outer}\r\n{}\r\n--{outer}--\r\n",
                alternative(random, size / 8, size / 4),
                attachment(random, size / 2)
            ),
            _ => format!(
                "Content-Type: multipart/mixed; boundary=\"{outer}\"\r\n\r\n--{outer}\r\n{}\r\n--{outer}\r\n\
                 Content-Type: message/rfc822\r\n\r\n{}{}\r\n--{outer}--\r\n",
                text(random, size / 3, "plain"),
                header(random),
                text(random, size / 2, "plain")
            ),
        };
        message.into_bytes()
    };
    (0..count).map(&mut message).collect()
}

/// A message whose one attachment has so many bytes.
pub(crate) fn with_attachment(bytes: usize) -> Vec<u8> {
    let mut random = Random::new(15);
    let body = base64(&texts::noise(bytes));
    let message = header(&mut random)
        + "Content-Type: multipart/mixed; boundary=\"bound\"\r\n\r\n--bound\r\nContent-Type: text/plain; charset=us-ascii\r\n\
           \r\nSee the attachment.\r\n\r\n--bound\r\nContent-Type: application/octet-stream; name=\"big.bin\"\r\n\
           Content-Disposition: attachment; filename=\"big.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + &body
        + "\r\n--bound--\r\n";
    message.into_bytes()
}
