import { fileURLToPath } from 'node:url';
import { aws_ecr as ecr, Stack } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct, IDependable } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { BuiltImage } from './built-image.ts';
import { onlyModel } from './model-context.ts';

export interface ServiceImage {
  readonly image: ecs.ContainerImage;
  /** Changes with the image; known at synthesis. */
  readonly identity: string;
  /** Resource that must exist before a task starts; undefined: only the image is needed. */
  readonly after?: IDependable;
}

const REPOSITORY_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** A private ECR repository, at its usual, dual-stack or FIPS address: tasks need pull permission. */
const ECR_IMAGE = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z.]+\/([^:@]+)[:@]/;

/**
 * The configured image, else one built from the Dockerfile at deployment, here or by CodeBuild.
 * Its identity depends neither on files in .dockerignore nor on other models in models/.
 */
export function serviceImage(
  scope: Construct,
  config: StageConfig,
  repositoryFolder = REPOSITORY_FOLDER,
): ServiceImage {
  if (config.imageUri !== undefined) {
    return { image: givenImage(scope, config.imageUri), identity: config.imageUri };
  }
  if (config.imageBuild === 'codebuild') {
    const { repository, tag, build } = new BuiltImage(scope, 'BuiltImage', {
      config,
      repositoryFolder,
    });
    const image = ecs.ContainerImage.fromEcrRepository(repository, tag);
    return { image, identity: tag, after: build };
  }
  const asset = new DockerImageAsset(scope, 'Image', {
    directory: repositoryFolder,
    exclude: onlyModel(config.modelName),
    platform: config.architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    buildArgs: { MODEL_NAME: config.modelName },
  });
  return { image: ecs.ContainerImage.fromDockerImageAsset(asset), identity: asset.assetHash };
}

function givenImage(scope: Construct, uri: string): ecs.ContainerImage {
  const [, account, region, repositoryName] = ECR_IMAGE.exec(uri) ?? [];
  if (!account || !region || !repositoryName) return ecs.ContainerImage.fromRegistry(uri);
  const repositoryArn = Stack.of(scope).formatArn({
    service: 'ecr',
    resource: 'repository',
    resourceName: repositoryName,
    account,
    region,
  });
  const attributes = { repositoryArn, repositoryName };
  const repository = ecr.Repository.fromRepositoryAttributes(scope, 'Repository', attributes);
  return {
    // The URI as it is: fromEcrRepository() would use the usual address.
    bind(_scope, { taskDefinition }) {
      repository.grantPull(taskDefinition.obtainExecutionRole());
      return { imageName: uri };
    },
  };
}
