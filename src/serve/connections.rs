//! Connections: so many at a time, each with a limit for the head of a request, and ended in order when the server stops.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::App;
use super::limits::{HEAD_BYTES, HEAD_TIME, STOP_TIME};

/// How long to wait after an error of the system before accepting again: it has no more files, mostly.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` ends, then until open requests are answered, or [`STOP_TIME`] is over.
pub async fn serve(app: &Arc<App>, listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(app.limits.connections));
    let graceful = GracefulShutdown::new();
    let service = TowerToHyperService::new(router);
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES).half_close(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _, place)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        let connection = graceful.watch(server.serve_connection(TokioIo::new(stream), service.clone()));
        let app = app.clone();
        app.metrics.connections.inc();
        tokio::spawn(async move {
            // A client that goes away in the middle is no event of ours.
            let _ = connection.await;
            app.metrics.connections.dec();
            drop(place);
        });
    }
    drop(listener);
    if timeout(STOP_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off: they took too long to end");
    }
}

/// Accepts a connection once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    // Answers are small: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    Ok((stream, address, place))
}
