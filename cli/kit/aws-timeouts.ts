/**
 * Option `requestHandler` of clients of AWS, which have no timeouts by default: connections of a
 * network that is gone give no answer.
 */
export const AWS_TIMEOUTS = { connectionTimeout: 5_000, socketTimeout: 20_000 };
