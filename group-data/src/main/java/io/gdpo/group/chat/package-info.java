/**
 * Dialogues written by a chat model: what it is asked ({@link io.gdpo.group.chat.DialoguePrompt}),
 * how its answer is read ({@link io.gdpo.group.chat.WrittenDialogues}), and what becomes of every
 * question ({@link io.gdpo.group.chat.ChatSynthesis}).
 */
package io.gdpo.group.chat;
