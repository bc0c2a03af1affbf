/** Where surveys and examples may come from, beside paths and artifact stores. */
package io.gdpo.group.source;
