import { InvalidRequestError } from '../../../domain/errors.ts';
import { MAX_TOPIC_CHARACTERS, normaliseTopic } from '../../../domain/topics.ts';

/**
 * The topic that a path names, in the form it is stored in.
 *
 * @throws InvalidRequestError invalid_request
 */
export function requireTopic(tag: string): string {
  const topic = normaliseTopic(tag);
  if (topic === null) {
    throw new InvalidRequestError(
      'invalid_request',
      `A topic is a name of 1 to ${MAX_TOPIC_CHARACTERS} characters, perhaps after one # (%23) or $ (%24).`,
    );
  }
  return topic;
}
