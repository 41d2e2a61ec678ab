//! Which names a request may give its files. Pure. The supervisor opens them beneath the work
//! folder and without links all the same; this is the clear answer, not the wall.

use std::collections::HashSet;

const MAX_NAME: usize = 1024;
const MAX_COMPONENT: usize = 255;

/// What is wrong with a name, as half a sentence; `Ok` where nothing is.
pub fn check_name(name: &str) -> Result<(), String> {
    let wrong = |reason: &str| Err(reason.to_owned());
    if name.is_empty() {
        return wrong("is empty");
    }
    if name.contains('\0') {
        return wrong("has a NUL character in it");
    }
    if name.chars().any(char::is_control) {
        return wrong("has a control character in it");
    }
    if name.len() > MAX_NAME {
        return Err(format!("is longer than {MAX_NAME} bytes"));
    }
    if name.starts_with('/') {
        return wrong("is absolute; names are relative to the work folder");
    }
    if name.starts_with('-') || name.starts_with('@') {
        return wrong("begins with - or @, which a compiler takes for an option");
    }
    for component in name.split('/') {
        match component {
            "" => return wrong("has an empty component (// or a / at its end)"),
            ".." => return wrong("has .. in it; names stay inside the work folder"),
            "." => return wrong("has a . component in it"),
            long if long.len() > MAX_COMPONENT => {
                return Err(format!(
                    "has a component of more than {MAX_COMPONENT} bytes"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The first name that stands in the way of another, with the reason.
pub fn check_together<'a>(names: &[&'a str]) -> Result<(), (&'a str, String)> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(*name) {
            return Err((name, "occurs twice".to_owned()));
        }
    }
    for name in names {
        let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
        for folder in folders {
            if seen.contains(folder) {
                return Err((name, format!("lies in {folder:?}, which is a file")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in [
            "main.cpp", "lib/a.h", "a b", "ü.py", ".hidden", "..a", "a\\b", "x/-y",
        ] {
            assert_eq!(check_name(good), Ok(()), "{good:?}");
        }
        let long = "a".repeat(256);
        let deep = "a/".repeat(600);
        for (bad, reason) in [
            ("", "empty"),
            ("a\0b", "NUL"),
            ("a\nb", "control"),
            ("/etc/passwd", "absolute"),
            ("../x", ".."),
            ("a/../b", ".."),
            ("a/..", ".."),
            ("./a", "."),
            ("a//b", "empty component"),
            ("a/", "empty component"),
            ("-o", "option"),
            ("@x", "option"),
            (&long, "255"),
            (&deep, "1024"),
        ] {
            let error = check_name(bad).unwrap_err();
            assert!(error.contains(reason), "{bad:?}: {error}");
        }
    }

    #[test]
    fn names_together() {
        assert!(check_together(&["a", "b/c", "b/d", "bc"]).is_ok());
        assert_eq!(check_together(&["a", "a"]).unwrap_err().0, "a");
        assert_eq!(check_together(&["b/c/d", "b/c"]).unwrap_err().0, "b/c/d");
    }
}
