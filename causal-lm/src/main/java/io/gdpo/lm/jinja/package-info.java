/**
 * The part of the template language Jinja that chat templates are written in, as Jinja2 renders it
 * under transformers: {@code trim_blocks}, {@code lstrip_blocks}, loop controls. Templates come out
 * of downloaded folders: a template sees texts, numbers, lists and maps that it was given and
 * nothing of Java, reads no file, and is stopped when it does or makes too much.
 */
package io.gdpo.lm.jinja;
