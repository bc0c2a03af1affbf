/** Conversations as the texts that a model was taught to have them in: its chat template. */
package io.gdpo.lm.chat;
