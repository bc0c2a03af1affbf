/**
 * A model's folder apart from its weights: by which token its texts end, which vocabulary it
 * shares, and the files that go with it wherever it is saved.
 */
package io.gdpo.lm.folder;
