import type { TSchema } from 'typebox';
import * as features from '../routes/features/schemas.ts';
import * as openInference from '../routes/open-inference/schemas.ts';
import { Health, Identity, Status } from '../routes/status/schemas.ts';
import { TextSentiment, TextsResponse } from '../routes/texts/schemas.ts';
import * as tweets from '../routes/tweets/schemas.ts';
import { OpenInferenceError, Problem } from './problem.ts';
import { Model, Scores, SentimentLabel } from './shared.ts';

/** Schemas that routes refer to by name: the components of the OpenAPI document. */
export const COMPONENTS: readonly TSchema[] = [
  Problem,
  OpenInferenceError,
  Scores,
  SentimentLabel,
  Model,
  TextSentiment,
  TextsResponse,
  tweets.TweetSentiment,
  tweets.TweetResult,
  tweets.TweetFailure,
  tweets.TweetsResponse,
  tweets.IngestResult,
  tweets.IngestFailure,
  tweets.IngestResponse,
  tweets.PurgeResponse,
  features.LabelCounts,
  features.DaySentiment,
  features.UserSentiment,
  features.TopicSentiment,
  features.ActiveUsers,
  features.FeatureRow,
  features.FeatureRows,
  features.TweetListing,
  openInference.InferRequest,
  openInference.InferResponse,
  openInference.ServerMetadata,
  openInference.ModelMetadata,
  openInference.ServerLive,
  openInference.ServerReady,
  openInference.ModelReady,
  Identity,
  Health,
  Status,
];
