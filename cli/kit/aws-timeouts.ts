/**
 * Option `requestHandler` of clients of AWS, which have no timeouts of their own: connections of a
 * network that is gone give no answer.
 */
export const AWS_TIMEOUTS = { connectionTimeout: 5_000, socketTimeout: 20_000 };
