import type { TSchema } from 'typebox';
import { Problem } from '../problem.ts';
import * as features from '../routes/features/schemas.ts';
import { Health } from '../routes/health/schemas.ts';
import { IngestFailure, IngestResponse, IngestResult } from '../routes/ingest/schemas.ts';
import { LoadFailure, LoadResponse, LoadResult } from '../routes/load/schemas.ts';
import * as openInference from '../routes/open-inference/schemas.ts';
import { Identity } from '../routes/page/schemas.ts';
import { PurgeResponse, TweetListing, UserPurgeResponse } from '../routes/purge/schemas.ts';
import { RebuildResponse } from '../routes/rebuild/schemas.ts';
import { RescoreResponse } from '../routes/rescore/schemas.ts';
import { Status } from '../routes/status/schemas.ts';
import { TextFailure, TextSentiment, TextsResponse } from '../routes/texts/schemas.ts';
import * as tweets from '../routes/tweets/schemas.ts';
import { OpenInferenceError } from './answers.ts';
import { Model, Scores, SentimentLabel } from './shared.ts';

/** The components of the OpenAPI document: schemas that routes refer to by name. */
export const COMPONENTS: readonly TSchema[] = [
  Problem,
  OpenInferenceError,
  Scores,
  SentimentLabel,
  Model,
  TextSentiment,
  TextFailure,
  TextsResponse,
  tweets.TweetSentiment,
  tweets.TweetResult,
  tweets.TweetFailure,
  tweets.TweetsResponse,
  IngestResult,
  IngestFailure,
  IngestResponse,
  PurgeResponse,
  UserPurgeResponse,
  RebuildResponse,
  RescoreResponse,
  LoadResult,
  LoadFailure,
  LoadResponse,
  features.LabelCounts,
  features.DaySentiment,
  features.UserSentiment,
  features.TopicSentiment,
  features.ActiveUsers,
  features.ActiveTopics,
  features.FeatureRow,
  features.FeatureRows,
  TweetListing,
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
