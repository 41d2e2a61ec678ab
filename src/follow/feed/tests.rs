use super::*;
use std::time::Duration;
use tokio::time::timeout;

fn text(feed: &Feed, text: &str) {
    feed.push(&Event::Stdout { text });
}

fn seq(next: Option<Next>) -> Option<u64> {
    match next {
        Some(Next::Event(entry)) => Some(entry.seq),
        _ => None,
    }
}

#[tokio::test]
async fn events_come_in_order_and_then_the_end() {
    let feed = Feed::paced();
    text(&feed, "a");
    let mut reader = feed.read(0);
    assert_eq!(seq(reader.now()), Some(1));
    assert_eq!(reader.now(), None);
    let (read, ()) = tokio::join!(reader.next(), async {
        text(&feed, "b");
        feed.end();
        text(&feed, "after the end");
    });
    assert_eq!(seq(Some(read)), Some(2));
    assert_eq!(reader.next().await, Next::End);
}

#[tokio::test]
async fn whoever_comes_back_gets_the_rest_and_replaces_who_was_there() {
    let feed = Feed::paced();
    for n in 0..5 {
        text(&feed, &n.to_string());
    }
    let mut first = feed.read(0);
    assert_eq!(seq(first.now()), Some(1));
    assert_eq!(seq(first.now()), Some(2));
    let mut second = feed.read(1);
    assert_eq!(first.next().await, Next::Replaced);
    let rest: Vec<_> = std::iter::from_fn(|| seq(second.now())).collect();
    assert_eq!(rest, [2, 3, 4, 5]);
    // A number that was never given is as good as the last.
    assert_eq!(feed.read(99).now(), None);
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_has_many_readers() {
    let feed = Feed::new();
    let (mut one, mut other) = (feed.read(0), feed.read(0));
    text(&feed, "a");
    assert_eq!((seq(one.now()), seq(other.now())), (Some(1), Some(1)));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_read_slows_down() {
    let feed = Feed::paced();
    let large = "x".repeat(LAG_BYTES / 2);
    text(&feed, &large);
    assert!(feed.has_room());
    text(&feed, &large);
    assert!(!feed.has_room());
    assert!(timeout(Duration::from_secs(1), feed.room()).await.is_err());
    let mut reader = feed.read(0);
    let (room, _) = tokio::join!(timeout(Duration::from_secs(1), feed.room()), reader.next());
    assert!(room.is_ok());
    // Without a pace nobody is waited for.
    let feed = Feed::new();
    text(&feed, &large);
    text(&feed, &large);
    assert!(feed.has_room());
}

#[tokio::test(start_paused = true)]
async fn it_is_known_whether_somebody_reads() {
    let feed = Feed::paced();
    feed.left().await;
    let reader = feed.read(0);
    feed.joined().await;
    assert!(timeout(Duration::from_secs(1), feed.left()).await.is_err());
    drop(reader);
    feed.left().await;
}
