package io.gdpo.group.chat;

import java.time.Duration;
import java.util.Optional;

/**
 * How a chat model may be asked.
 *
 * @param parallel calls at one time
 * @param timeout of one call
 * @param token sent to the endpoint
 */
public record ChatAccess(int parallel, Duration timeout, Optional<String> token) {}
