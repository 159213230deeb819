//! The one who asks: a website in a container, or another extension.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Who asks. Made from the browser's account of the sender through [`Subject::site`] or [`Subject::extension`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// A website's top document.
    Site {
        /// Scheme, host and port, such as `https://example.org` or `http://localhost:8080`.
        origin: String,
        /// Firefox's name of the container (`cookieStoreId`), such as `firefox-default`.
        container: String,
    },
    /// Another extension of the same browser.
    Extension {
        /// Its id, such as `helper@example.org`.
        id: String,
    },
}

/// Why there is no such subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Opaque, not lower-case ASCII, with a path, or with a scheme that protects nothing on the way.
    #[error("a site is named by its origin: https, or http on this very machine")]
    BadOrigin,
    /// Empty, too long or not of the form that Firefox gives.
    #[error("a container is named as Firefox names it, such as firefox-default")]
    BadContainer,
    /// Empty, too long or not of the form that Firefox gives.
    #[error("an extension is named by its id, such as helper@example.org")]
    BadExtension,
}

impl Subject {
    /// A website. Plain http is refused except where nothing leaves the machine: `localhost`, `*.localhost`,
    /// `127.0.0.1` and `[::1]`.
    pub fn site(origin: &str, container: &str) -> Result<Self, SubjectError> {
        let ordinary = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
        if container.is_empty() || container.len() > 64 || !container.bytes().all(ordinary) {
            return Err(SubjectError::BadContainer);
        }
        if !is_origin(origin) {
            return Err(SubjectError::BadOrigin);
        }
        Ok(Self::Site { origin: origin.to_owned(), container: container.to_owned() })
    }

    /// Another extension, by the id that Firefox gives of it.
    pub fn extension(id: &str) -> Result<Self, SubjectError> {
        let ordinary = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'@' | b'{' | b'}' | b'+');
        if id.is_empty() || id.len() > 255 || !id.bytes().all(ordinary) {
            return Err(SubjectError::BadExtension);
        }
        Ok(Self::Extension { id: id.to_owned() })
    }

    /// The same subject made again through its checks; what came in as data is not one before.
    pub fn checked(self) -> Result<Self, SubjectError> {
        match self {
            Self::Site { origin, container } => Self::site(&origin, &container),
            Self::Extension { id } => Self::extension(&id),
        }
    }

    /// What the person knows it by: the origin or the id.
    pub fn name(&self) -> &str {
        match self {
            Self::Site { origin, .. } => origin,
            Self::Extension { id } => id,
        }
    }
}

/// One line that no other subject shares; neither an origin nor an id holds a space.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site { origin, container } => write!(f, "site {origin} {container}"),
            Self::Extension { id } => write!(f, "extension {id}"),
        }
    }
}

fn is_origin(origin: &str) -> bool {
    let (local_only, rest) = if let Some(rest) = origin.strip_prefix("https://") {
        (false, rest)
    } else if let Some(rest) = origin.strip_prefix("http://") {
        (true, rest)
    } else {
        return false;
    };
    let Some((host, port)) = host_and_port(rest) else { return false };
    let port_is_good = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| {
            digits.bytes().all(|c| c.is_ascii_digit())
                && digits.parse::<u16>().is_ok_and(|n| n > 0)
                && !digits.starts_with('0')
        });
    let named = !host.is_empty()
        && host.len() <= 255
        && (host.starts_with('[')
            || host.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'_')));
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost");
    port_is_good && named && (local || !local_only)
}

/// `host` or `host:port` in its parts, the port with its colon. An IPv6 host stands in brackets and holds colons of its own.
fn host_and_port(authority: &str) -> Option<(&str, &str)> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => {
            let inside = rest.find(']')?;
            let address = rest.get(..inside)?;
            if address.is_empty() || !address.bytes().all(|c| c.is_ascii_hexdigit() || matches!(c, b':' | b'.')) {
                return None;
            }
            inside + 2
        }
        None => authority.find(':').unwrap_or(authority.len()),
    };
    authority.split_at_checked(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_that_the_network_cannot_forge_are_subjects() {
        for origin in [
            "https://example.org",
            "https://example.org:8443",
            "https://xn--bcher-kva.example",
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://[::1]:3000",
            "http://app.localhost",
            "https://[2001:db8::1]",
        ] {
            assert!(Subject::site(origin, "firefox-default").is_ok(), "{origin}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for origin in [
            "",
            "null",
            "about:blank",
            "http://example.org",
            "https://",
            "https://Example.org",
            "https://example.org/",
            "https://example.org:",
            "https://example.org:0",
            "https://example.org:99999",
            "https://a b",
            "https://user@example.org",
            "ftp://example.org",
            "moz-extension://abc",
            "data:text/html,x",
            "https://bücher.example",
            "http://localhost.example.org",
            "http://[::1",
            "https://[]",
            "https://[x]",
        ] {
            assert_eq!(Subject::site(origin, "firefox-default"), Err(SubjectError::BadOrigin), "{origin}");
        }
        assert_eq!(Subject::site("https://example.org", "a b"), Err(SubjectError::BadContainer));
        assert_eq!(Subject::extension("a b"), Err(SubjectError::BadExtension));
    }

    #[test]
    fn what_comes_as_data_goes_through_the_checks_again() {
        let forged = Subject::Site { origin: "https://a b".into(), container: "firefox-default".into() };
        assert_eq!(forged.checked(), Err(SubjectError::BadOrigin));
        assert_eq!(Subject::Extension { id: String::new() }.checked(), Err(SubjectError::BadExtension));
        let sound = Subject::site("https://example.org", "firefox-default").unwrap();
        assert_eq!((sound.clone().checked(), sound.name()), (Ok(sound.clone()), "https://example.org"));
        assert_eq!(Subject::extension("a@example.org").unwrap().name(), "a@example.org");
    }

    #[test]
    fn containers_ports_and_extensions_are_apart() {
        let lines: std::collections::BTreeSet<_> = [
            Subject::site("https://example.org", "firefox-default"),
            Subject::site("https://example.org", "firefox-container-1"),
            Subject::site("https://example.org:8443", "firefox-default"),
            Subject::extension("example.org"),
        ]
        .into_iter()
        .map(|subject| subject.unwrap().to_string())
        .collect();
        assert_eq!(lines.len(), 4);
    }
}
