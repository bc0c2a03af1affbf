/**
 * Chat models behind an API like OpenAI's, whoever serves them: {@link io.gdpo.chat.ChatClient}
 * makes one call, again where that helps; {@link io.gdpo.chat.KeptChat} makes none twice and none
 * beyond a budget.
 */
package io.gdpo.chat;
