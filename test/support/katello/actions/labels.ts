/** Labels of the actions that leave tasks, and the words they begin with. */
export const ACTIONS = {
  createProduct: { label: 'Actions::Katello::Product::Create', verb: 'Product Create' },
  destroyProduct: { label: 'Actions::Katello::Product::Destroy', verb: 'Delete Product' },
  createRepository: { label: 'Actions::Katello::Repository::CreateRoot', verb: 'Create' },
  updateRepository: { label: 'Actions::Katello::Repository::Update', verb: 'Update' },
  destroyRepository: { label: 'Actions::Katello::Repository::Destroy', verb: 'Delete' },
  generateMetadata: { label: 'Actions::Katello::Repository::MetadataGenerate', verb: 'Metadata generate' },
  importUpload: { label: 'Actions::Katello::Repository::ImportUpload', verb: 'Upload into' },
  destroyOrganization: { label: 'Actions::Katello::Organization::Destroy', verb: 'Destroy' },
  publishEnvironment: {
    label: 'Actions::Katello::Environment::PublishContainerRepositories',
    verb: 'Publish Lifecycle Environment Container Repositories',
  },
  publishView: { label: 'Actions::Katello::ContentView::Publish', verb: 'Publish' },
  syncRepositoryToCapsules: {
    label: 'Actions::Katello::Repository::CapsuleSync',
    verb: 'Sync Repository on Smart Proxy(ies)',
  },
  countCapsuleContent: {
    label: 'Actions::Katello::CapsuleContent::UpdateContentCounts',
    verb: 'Update Content Counts',
  },
  syncCapsule: { label: 'Actions::Katello::CapsuleContent::Sync', verb: 'Synchronize smart proxy' },
  removeOrphans: { label: 'Actions::Katello::OrphanCleanup::RemoveOrphans', verb: 'Remove orphans' },
  removeContent: { label: 'Actions::Katello::Repository::RemoveContent', verb: 'Remove Content' },
} as const;
