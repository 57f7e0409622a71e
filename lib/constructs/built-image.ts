import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CustomResource, Duration, IgnoreMode, RemovalPolicy } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { retention } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';
import { bundledCode } from './bundled-code.ts';
import { onlyModel } from './model-context.ts';
import { revisionOf } from './revision.ts';

export interface BuiltImageProps {
  readonly config: StageConfig;
  readonly repositoryFolder: string;
}

const HANDLER = fileURLToPath(new URL('../image-build/handler.ts', import.meta.url));
/** Text of a shell script of the build. */
const script = (name: string) =>
  readFileSync(new URL(`../image-build/${name}`, import.meta.url), 'utf8');
const IMAGES_KEPT = 20;
const BUILD_TIMEOUT = Duration.minutes(30);

/** Image that CodeBuild builds from the Dockerfile, for deployers without a container engine. */
export class BuiltImage extends Construct {
  readonly repository: ecr.Repository;
  readonly tag: string;
  /** Is there once the image is. */
  readonly build: CustomResource;

  constructor(scope: Construct, id: string, { config, repositoryFolder }: BuiltImageProps) {
    super(scope, id);
    const { modelName, architecture } = config;
    const source = new Asset(this, 'Source', {
      path: repositoryFolder,
      ignoreMode: IgnoreMode.DOCKER,
      exclude: [
        ...readFileSync(join(repositoryFolder, '.dockerignore'), 'utf8').split('\n'),
        ...onlyModel(modelName),
        '!Dockerfile',
        '!.dockerignore',
      ],
    });
    this.tag = revisionOf([source.assetHash, modelName, architecture]);
    this.repository = new ecr.Repository(this, 'Repository', {
      imageScanOnPush: true,
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      lifecycleRules: [{ maxImageCount: IMAGES_KEPT }],
      // Images can be built again.
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: true,
    });
    const project = this.#project(config, source);
    this.build = this.#build(config, project);
  }

  #project(config: StageConfig, source: Asset): codebuild.Project {
    const logGroup = new logs.LogGroup(this, 'Log', retention(this, config));
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    const allow = (resource: string, ...actions: string[]) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
    allow(source.bucket.arnForObjects(source.s3ObjectKey), 's3:GetObject', 's3:GetObjectVersion');
    allow('*', 'ecr:GetAuthorizationToken');
    allow(
      this.repository.repositoryArn,
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:CompleteLayerUpload',
      'ecr:DescribeImages',
      'ecr:GetDownloadUrlForLayer',
      'ecr:InitiateLayerUpload',
      'ecr:PutImage',
      'ecr:UploadLayerPart',
    );
    acknowledge(role, {
      'IAM5[Resource::*]': 'ecr:GetAuthorizationToken does not support resources.',
    });
    const project = new codebuild.Project(this, 'Project', {
      description: 'Builds the image of the tweet sentiment service',
      // The grants of aws-cdk-lib would include reading every asset of the account.
      role: role.withoutPolicyUpdates(),
      source: codebuild.Source.s3({ bucket: source.bucket, path: source.s3ObjectKey }),
      environment: {
        buildImage:
          config.architecture === 'arm64'
            ? codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0
            : codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5,
        computeType: codebuild.ComputeType.MEDIUM,
        privileged: true,
        environmentVariables: {
          REPOSITORY_URI: { value: this.repository.repositoryUri },
          MODEL_NAME: { value: config.modelName },
        },
      },
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        phases: {
          build: { commands: [script('build.sh')] },
          post_build: { commands: [script('answer.sh')] },
        },
      }),
      logging: { cloudWatch: { logGroup } },
      timeout: BUILD_TIMEOUT,
    });
    // The rights must be there when the build starts.
    project.node.addDependency(role);
    acknowledge(project, {
      CB3: 'A container engine in CodeBuild needs privileged mode.',
      CB4: 'A build leaves no artifact: the image goes to the registry.',
    });
    return project;
  }

  #build(config: StageConfig, project: codebuild.Project): CustomResource {
    const logGroup = new logs.LogGroup(this, 'StarterLog', retention(this, config));
    const role = new iam.Role(this, 'StarterRole', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['codebuild:StartBuild'],
        resources: [project.projectArn],
      }),
    );
    const starter = new lambda.Function(this, 'Starter', {
      description: 'Starts the build of an image for CloudFormation',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'handler.handler',
      code: bundledCode(HANDLER),
      timeout: Duration.seconds(30),
      role,
      logGroup,
    });
    const build = new CustomResource(this, 'Build', {
      resourceType: 'Custom::ImageBuild',
      serviceToken: starter.functionArn,
      // A build that ends without an answer fails the deployment.
      serviceTimeout: BUILD_TIMEOUT.plus(Duration.minutes(5)),
      properties: { ProjectName: project.projectName, ImageTag: this.tag },
    });
    build.node.addDependency(role, project);
    return build;
  }
}
