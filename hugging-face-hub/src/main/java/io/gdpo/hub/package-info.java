/**
 * Models and datasets of the Hugging Face Hub, in the cache that Python's {@code huggingface_hub}
 * uses too.
 *
 * <pre>
 * CACHE/models--OWNER--NAME/refs/REVISION              commit that a branch or tag stood for
 *                          /blobs/ETAG                 content, named by SHA-256 (LFS) or git SHA-1
 *                          /blobs/ETAG.incomplete      the part that has been downloaded
 *                          /snapshots/COMMIT/FILE      relative link to a blob
 *                          /.no_exist/COMMIT/FILE      empty: the commit has no such file
 *                          /.listings/COMMIT           all files of the commit; Python knows no such
 * CACHE/.locks/models--OWNER--NAME/ETAG.lock           held with flock(2) while a blob is written
 * </pre>
 *
 * <p>Of a dataset {@code datasets--} stands in the place of {@code models--}.
 *
 * <p>Start at {@link io.gdpo.hub.HubClient}.
 */
package io.gdpo.hub;
