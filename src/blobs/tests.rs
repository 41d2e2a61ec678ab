use super::*;
use crate::folder::tests::closed;

fn settings(folder: &tempfile::TempDir, bytes: u64) -> BlobSettings {
    BlobSettings {
        folder: Some(folder.path().to_owned()),
        bytes,
        one_bytes: 100,
        ..BlobSettings::default()
    }
}

async fn blobs(folder: &tempfile::TempDir, bytes: u64) -> Blobs {
    Blobs::open(&settings(folder, bytes), Jobs::off("a test")).await
}

fn sha(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

#[tokio::test]
async fn what_was_put_is_got_by_its_owner_alone() {
    let folder = closed();
    let all = blobs(&folder, 1000).await;
    let data = b"data".to_vec();
    assert_eq!(all.put("a", sha(&data), data.clone()).await, Ok(Put::New));
    assert_eq!(all.put("a", sha(&data), data.clone()).await, Ok(Put::There));
    assert_eq!(all.get("a", sha(&data)).await, Ok(Some(data.clone())));
    assert_eq!(all.get("b", sha(&data)).await, Ok(None));
    assert!(all.pin("b", sha(&data)).await.unwrap().is_none());
    let wrong = all.put("a", sha(b"other"), data.clone()).await;
    let actual = hex(&sha(&data));
    assert_eq!(wrong, Err(BlobError::Mismatch { actual }));
    assert_eq!(all.figures().files, 1);
    // The next server has them too.
    let next = blobs(&folder, 1000).await;
    assert_eq!(next.figures().bytes, 4);
    assert_eq!(next.get("a", sha(&data)).await, Ok(Some(data)));
}

#[tokio::test]
async fn one_that_is_damaged_is_not_believed() {
    let folder = closed();
    let all = blobs(&folder, 1000).await;
    all.put("", sha(b"data"), b"data".to_vec()).await.unwrap();
    let file = folder.path().join(hex(&name("", &sha(b"data"))));
    std::fs::write(&file, "dame").unwrap();
    assert_eq!(all.get("", sha(b"data")).await, Ok(None));
    assert!(!file.exists());
}

#[tokio::test]
async fn the_least_recently_used_goes_and_none_that_is_held() {
    let folder = closed();
    let all = blobs(&folder, 200).await;
    let data = |byte: u8| vec![byte; 90];
    all.put("", sha(&data(1)), data(1)).await.unwrap();
    all.put("", sha(&data(2)), data(2)).await.unwrap();
    let (held, bytes) = all.pin("", sha(&data(1))).await.unwrap().unwrap();
    assert_eq!(bytes, 90);
    all.put("", sha(&data(3)), data(3)).await.unwrap();
    assert_eq!(all.get("", sha(&data(2))).await, Ok(None));
    let (also, _) = all.pin("", sha(&data(3))).await.unwrap().unwrap();
    let full = all.put("", sha(&data(4)), data(4)).await.unwrap_err();
    assert!(matches!(full, BlobError::Full(_)), "{full}");
    drop((held, also));
    assert_eq!(all.put("", sha(&data(4)), data(4)).await, Ok(Put::New));
}

#[test]
fn names_are_read_as_they_are_written() {
    let digest = sha(b"x");
    assert_eq!(unhex(&hex(&digest)), Some(digest));
    for wrong in ["", "ab", &hex(&digest).to_uppercase(), &"g".repeat(64)] {
        assert_eq!(unhex(wrong), None, "{wrong}");
    }
}
