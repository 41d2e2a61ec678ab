use super::key::tests::key;
use super::program::tests::{ENOUGH, program};
use super::*;
use crate::folder::tests::closed;

const LONG: Duration = Duration::from_secs(3600);

async fn cache(memory_bytes: u64) -> Cache {
    let settings = CacheSettings {
        memory_bytes,
        disk_bytes: 0,
        folder: None,
    };
    Cache::start(&settings, TaskTracker::new()).await
}

async fn look(cache: &Cache) -> Look {
    cache
        .look(key("a"), &ENOUGH, LONG, &CancellationToken::new())
        .await
}

#[track_caller]
fn turn(look: Look) -> Turn {
    match look {
        Look::Turn(turn) => turn,
        _ => panic!("it is not this one's turn"),
    }
}

/// A request that waits for another's program.
fn waiting(cache: &Cache, cancel: &CancellationToken) -> tokio::task::JoinHandle<Look> {
    let (cache, cancel) = (cache.clone(), cancel.clone());
    tokio::spawn(async move { cache.look(key("a"), &ENOUGH, LONG, &cancel).await })
}

/// Lets all who can go on do so.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_compiles_and_all_have_it() {
    let cache = cache(1 << 20).await;
    let first = turn(look(&cache).await);
    let others: Vec<_> = (0..5)
        .map(|_| waiting(&cache, &CancellationToken::new()))
        .collect();
    settle().await;
    assert!(others.iter().all(|other| !other.is_finished()));
    first.keep(program(b"made"));
    for other in others {
        assert!(matches!(other.await.unwrap(), Look::Found(made) if made.bytes == b"made"));
    }
    assert!(matches!(look(&cache).await, Look::Found(_)));
    let stats = cache.stats();
    assert_eq!(
        (stats.misses_total, stats.shared_total, stats.hits_total),
        (1, 5, 1)
    );
}

#[tokio::test]
async fn what_does_not_fit_into_memory_is_still_given_to_those_who_wait() {
    let cache = cache(1 << 12).await;
    let first = turn(look(&cache).await);
    let other = waiting(&cache, &CancellationToken::new());
    settle().await;
    first.keep(program(&[0; 4000]));
    assert!(matches!(other.await.unwrap(), Look::Found(_)));
    turn(look(&cache).await);
}

#[tokio::test]
async fn where_the_first_goes_away_exactly_one_of_the_others_compiles() {
    let cache = cache(1 << 20).await;
    let first = turn(look(&cache).await);
    let mut others: Vec<_> = (0..4)
        .map(|_| waiting(&cache, &CancellationToken::new()))
        .collect();
    settle().await;
    drop(first);
    settle().await;
    let next = others.iter().position(|other| other.is_finished());
    let next = turn(others.swap_remove(next.unwrap()).await.unwrap());
    assert!(others.iter().all(|other| !other.is_finished()));
    next.keep(program(b"made"));
    for other in others {
        assert!(matches!(other.await.unwrap(), Look::Found(_)));
    }
}

#[tokio::test]
async fn what_comes_to_nothing_is_compiled_by_all_beside_each_other() {
    let cache = cache(1 << 20).await;
    let first = turn(look(&cache).await);
    let others = [(); 3].map(|()| waiting(&cache, &CancellationToken::new()));
    settle().await;
    first.keep_nothing();
    for other in others {
        assert!(matches!(other.await.unwrap(), Look::Alone));
    }
    turn(look(&cache).await);
}

#[tokio::test]
async fn one_who_waits_can_be_cancelled() {
    let cache = cache(1 << 20).await;
    let _first = turn(look(&cache).await);
    let cancel = CancellationToken::new();
    let other = waiting(&cache, &cancel);
    settle().await;
    cancel.cancel();
    assert!(matches!(other.await.unwrap(), Look::Cancelled));
}

#[tokio::test]
async fn one_who_is_gone_when_the_first_goes_does_not_take_its_place() {
    let cache = cache(1 << 20).await;
    for _ in 0..20 {
        let first = turn(look(&cache).await);
        let cancel = CancellationToken::new();
        let other = waiting(&cache, &cancel);
        settle().await;
        cancel.cancel();
        drop(first);
        assert!(matches!(other.await.unwrap(), Look::Cancelled));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_longer_than_patience() {
    let cache = cache(1 << 20).await;
    let _first = turn(look(&cache).await);
    assert!(matches!(look(&cache).await, Look::Alone));
}

#[tokio::test]
async fn one_whose_limits_are_lower_than_what_it_took_compiles_for_himself() {
    let cache = cache(1 << 20).await;
    turn(look(&cache).await).keep(program(b"slow"));
    let less = Limits {
        wall_ms: 4,
        ..ENOUGH
    };
    let cancel = CancellationToken::new();
    let mine = turn(cache.look(key("a"), &less, LONG, &cancel).await);
    let quick = Cost {
        wall_us: 3_000,
        ..program(b"").cost
    };
    mine.keep(Program {
        cost: quick,
        ..program(b"quick")
    });
    let again = cache.look(key("a"), &less, LONG, &cancel).await;
    assert!(matches!(again, Look::Found(made) if made.bytes == b"quick"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_told_and_done_without() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let settings = CacheSettings {
        memory_bytes: 1 << 20,
        disk_bytes: 1 << 20,
        folder: Some(file),
    };
    let cache = Cache::start(&settings, TaskTracker::new()).await;
    let said = cache.stats().disk.last_error.unwrap();
    assert!(said.contains("cache folder"), "{said}");
    turn(look(&cache).await).keep(program(b"made"));
    assert!(cache.is_on() && matches!(look(&cache).await, Look::Found(_)));
}

#[tokio::test]
async fn a_program_outlives_its_server_in_the_folder() {
    let dir = closed();
    let settings = |memory_bytes| CacheSettings {
        memory_bytes,
        disk_bytes: 1 << 20,
        folder: Some(dir.path().to_path_buf()),
    };
    let tasks = TaskTracker::new();
    let cache = Cache::start(&settings(0), tasks.clone()).await;
    turn(look(&cache).await).keep(program(b"made"));
    tasks.close();
    tasks.wait().await;
    assert!(matches!(look(&cache).await, Look::Found(_)), "no memory");
    let next = Cache::start(&settings(1 << 20), TaskTracker::new()).await;
    for _ in 0..2 {
        assert!(matches!(look(&next).await, Look::Found(made) if made.bytes == b"made"));
    }
    let stats = next.stats();
    assert_eq!(
        (stats.disk.tier.hits_total, stats.memory.hits_total),
        (1, 1)
    );
}
