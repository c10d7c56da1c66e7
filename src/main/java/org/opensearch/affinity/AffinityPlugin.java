package org.opensearch.affinity;

import org.apache.lucene.util.SetOnce;
import org.opensearch.action.ActionRequest;
import org.opensearch.affinity.cluster.MetadataMap;
import org.opensearch.affinity.encode.EncodeProcessor;
import org.opensearch.affinity.encode.EncodeProcessorFactory;
import org.opensearch.affinity.encode.Encoder;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.affinity.encode.queue.DeviceQueue;
import org.opensearch.affinity.evaluate.EvaluateAction;
import org.opensearch.affinity.evaluate.EvaluateTask;
import org.opensearch.affinity.event.EventIndex;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.follow.FollowStatus;
import org.opensearch.affinity.follow.Followers;
import org.opensearch.affinity.follow.RebuildLag;
import org.opensearch.affinity.follow.Rebuilds;
import org.opensearch.affinity.profile.ProfileCache;
import org.opensearch.affinity.profile.ProfileRetention;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.profile.UserFrom;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rescore.AffinityExtBuilder;
import org.opensearch.affinity.rescore.AffinityRequestProcessor;
import org.opensearch.affinity.rescore.AffinityRescorerBuilder;
import org.opensearch.affinity.rescore.ReasonsFetchSubPhase;
import org.opensearch.affinity.rescore.SignalLoggingFetchSubPhase;
import org.opensearch.affinity.rescore.UnprocessedExt;
import org.opensearch.affinity.rest.RestHandlers;
import org.opensearch.affinity.retrieve.AffinityQueryBuilder;
import org.opensearch.affinity.retrieve.ForYouQueryBuilder;
import org.opensearch.affinity.retrieve.ItemsQueryBuilder;
import org.opensearch.affinity.retrieve.NearestQueryBuilder;
import org.opensearch.affinity.retrieve.SeenQueryBuilder;
import org.opensearch.affinity.retrieve.SimilarQueryBuilder;
import org.opensearch.affinity.retrieve.TextQueryBuilder;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.affinity.runtime.TorchSettings;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.TrackerBackup;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.train.TrainAction;
import org.opensearch.affinity.train.TrainTask;
import org.opensearch.affinity.vector.RowFieldMapper;
import org.opensearch.affinity.vector.VectorCodecService;
import org.opensearch.affinity.vector.VectorFieldMapper;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.lifecycle.LifecycleComponent;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.IndexScopedSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.settings.SettingsFilter;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.index.IndexModule;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.CodecServiceFactory;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.indices.SystemIndexDescriptor;
import org.opensearch.indices.breaker.BreakerSettings;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.CircuitBreakerPlugin;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.IngestPlugin;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.SearchPipelinePlugin;
import org.opensearch.plugins.SearchPlugin;
import org.opensearch.plugins.SystemIndexPlugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.rest.RestController;
import org.opensearch.rest.RestHandler;
import org.opensearch.script.ScriptService;
import org.opensearch.search.fetch.FetchSubPhase;
import org.opensearch.search.pipeline.Processor;
import org.opensearch.search.pipeline.SearchRequestProcessor;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.FixedExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Registers the parts of the plugin with OpenSearch: encoding of texts, tracking of users, ranking, actions and REST API. */
public final class AffinityPlugin extends Plugin
    implements
        ActionPlugin,
        CircuitBreakerPlugin,
        EnginePlugin,
        IngestPlugin,
        MapperPlugin,
        SearchPlugin,
        SearchPipelinePlugin,
        SystemIndexPlugin {

    /** The name of the plugin in its descriptor, and of its folders among the node's plugins and in the configuration. */
    private static final String FOLDER = "opensearch-affinity";

    /** What the plugin keeps in the metadata of the cluster state. */
    private static final List<MetadataMap.Kind<?, ?>> METADATA = List.of(Trackers.KIND, ProfileGenerations.KIND, ActiveModels.KIND);

    private final SetOnce<CircuitBreaker> breaker = new SetOnce<>();
    private final SetOnce<Encoder> encoder = new SetOnce<>();
    private final RankNode rank = new RankNode();
    private final ProfileCache profiles = new ProfileCache();
    private final UserKeys keys;

    /** @param settings with the keystore open, as it is only while the node starts */
    public AffinityPlugin(Settings settings) {
        keys = new UserKeys(settings);
    }

    // ---- encoding

    @Override
    public Map<String, org.opensearch.ingest.Processor.Factory> getProcessors(org.opensearch.ingest.Processor.Parameters parameters) {
        return Map.of(EncodeProcessor.TYPE, new EncodeProcessorFactory(encoder::get, parameters.scriptService));
    }

    @Override
    public List<Setting<?>> getSettings() {
        Stream<Setting<?>> vectors = Stream.concat(Stream.of(VectorCodecService.SETTING), TorchSettings.all().stream());
        Stream<Setting<?>> encode = Stream.concat(Encoder.settings().stream(), vectors);
        Stream<Setting<?>> users = Stream.of(UserFrom.SETTING, UseProfileAction.TIMEOUT, UserKeys.SECRET);
        Stream<Setting<?>> track = Stream.concat(EventIndex.settings().stream(), users);
        Stream<Setting<?>> train = Stream.of(TrainAction.MAX_EVENTS, TrainAction.CHECKPOINT_INTERVAL);
        return Stream.concat(encode, Stream.concat(track, train)).toList();
    }

    @Override
    public BreakerSettings getCircuitBreaker(Settings settings) {
        return Encoder.breaker(settings);
    }

    /** Called before {@link #createComponents}. */
    @Override
    public void setCircuitBreaker(CircuitBreaker breaker) {
        this.breaker.set(breaker);
    }

    private static TorchRuntime newRuntime(Environment environment, ThreadPool threadPool) {
        Path plugin = environment.pluginsDir().resolve(FOLDER);
        TorchSettings settings = TorchSettings.of(environment.settings());
        TorchRuntime runtime = new TorchRuntime(plugin.resolve("native"), threadPool.info(DeviceQueue.THREAD_POOL).getMax(), settings);
        TorchRuntime.warnIfMlCommonsInstalled(environment.pluginsDir());
        runtime.verifyDevice();
        return runtime;
    }

    private Encoder newEncoder(TorchRuntime runtime, Environment environment, ThreadPool threadPool) {
        Path plugin = environment.pluginsDir().resolve(FOLDER);
        List<Path> models = List.of(plugin.resolve("models"), environment.configDir().resolve(FOLDER).resolve("models"));
        try {
            return new Encoder(new ModelPacks(runtime, models), threadPool, breaker.get(), environment.settings());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the model packs of " + models, e);
        }
    }

    @Override
    public void close() {
        if (encoder.get() != null) {
            encoder.get().models().close();
        }
    }

    // ---- item vectors

    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return Map.of(VectorFieldMapper.CONTENT_TYPE, VectorFieldMapper.PARSER, RowFieldMapper.CONTENT_TYPE, RowFieldMapper.PARSER);
    }

    /** Empty for an index that does not use the codecs, because OpenSearch refuses two factories for one index. */
    @Override
    public Optional<CodecServiceFactory> getCustomCodecServiceFactory(IndexSettings index) {
        return VectorCodecService.isUsedBy(index) ? Optional.of(VectorCodecService::new) : Optional.empty();
    }

    // ---- tracking

    @Override
    public Settings additionalSettings() {
        return keys.attributes();
    }

    @Override
    public Collection<Object> createComponents(
        Client client,
        ClusterService cluster,
        ThreadPool threadPool,
        ResourceWatcherService watcher,
        ScriptService scripts,
        NamedXContentRegistry xContent,
        Environment environment,
        NodeEnvironment nodeEnvironment,
        NamedWriteableRegistry writeables,
        IndexNameExpressionResolver resolver,
        Supplier<RepositoriesService> repositories
    ) {
        TorchRuntime runtime = newRuntime(environment, threadPool);
        encoder.set(newEncoder(runtime, environment, threadPool));
        encoder.get().addSettingsUpdateConsumers(cluster.getClusterSettings());
        cluster.addListener(new TrackerBackup(cluster));
        cluster.addLocalNodeClusterManagerListener(new ProfileRetention(cluster, client));
        cluster.addLocalNodeClusterManagerListener(new Rebuilds(cluster, resolver, client, keys));
        rank.startWith(threadPool);
        cluster.addListener(changed -> rank.models().openActive(changed.state(), threadPool.executor(ThreadPool.Names.GENERIC)));
        return List.of(encoder.get(), runtime, rank, rank.labels(), rank.models(), profiles, keys, new UnprocessedExt());
    }

    @Override
    public Collection<Class<? extends LifecycleComponent>> getGuiceServiceClasses() {
        return List.of(Followers.class);
    }

    @Override
    public List<ExecutorBuilder<?>> getExecutorBuilders(Settings settings) {
        int threads = Math.max(1, OpenSearchExecutors.allocatedProcessors(settings) / 2);
        return List.of(
            DeviceQueue.executor(settings),
            pool(settings, ReadEventsAction.THREAD_POOL, threads, 10_000),
            pool(settings, TrainAction.THREAD_POOL, threads, 100),
            pool(settings, EvaluateAction.THREAD_POOL, 1, 100)
        );
    }

    private static ExecutorBuilder<?> pool(Settings settings, String name, int threads, int queue) {
        return new FixedExecutorBuilder(settings, name, threads, queue, "thread_pool." + name);
    }

    @Override
    public Collection<SystemIndexDescriptor> getSystemIndexDescriptors(Settings settings) {
        return List.of(new SystemIndexDescriptor(IndexNames.PATTERN, "user profiles of the affinity plugin"));
    }

    @Override
    public List<NamedWriteableRegistry.Entry> getNamedWriteables() {
        List<NamedWriteableRegistry.Entry> entries = new ArrayList<>();
        METADATA.forEach(kind -> entries.addAll(kind.writeables()));
        entries.add(new NamedWriteableRegistry.Entry(Task.Status.class, EvaluateTask.Progress.NAME, EvaluateTask.Progress::new));
        entries.add(new NamedWriteableRegistry.Entry(Task.Status.class, TrainTask.Progress.NAME, TrainTask.Progress::new));
        entries.add(new NamedWriteableRegistry.Entry(Task.Status.class, RebuildLag.NAME, RebuildLag::new));
        entries.add(new NamedWriteableRegistry.Entry(Task.Status.class, FollowStatus.NAME, FollowStatus::new));
        entries.add(new NamedWriteableRegistry.Entry(QueryBuilder.class, NearestQueryBuilder.NAME, NearestQueryBuilder::new));
        entries.add(new NamedWriteableRegistry.Entry(QueryBuilder.class, ForYouQueryBuilder.NAME, in -> new ForYouQueryBuilder(in, rank)));
        entries.add(new NamedWriteableRegistry.Entry(QueryBuilder.class, ItemsQueryBuilder.NAME, ItemsQueryBuilder::new));
        return entries;
    }

    @Override
    public List<NamedXContentRegistry.Entry> getNamedXContent() {
        List<NamedXContentRegistry.Entry> entries = new ArrayList<>();
        METADATA.forEach(kind -> entries.add(kind.xContent()));
        return entries;
    }

    // ---- ranking

    @Override
    public List<QuerySpec<?>> getQueries() {
        return List.of(
            new QuerySpec<>(
                AffinityQueryBuilder.NAME,
                in -> new AffinityQueryBuilder(in, rank),
                parser -> AffinityQueryBuilder.fromXContent(parser, rank)
            ),
            new QuerySpec<>(SimilarQueryBuilder.NAME, SimilarQueryBuilder::new, SimilarQueryBuilder::fromXContent),
            new QuerySpec<>(TextQueryBuilder.NAME, TextQueryBuilder::new, TextQueryBuilder::fromXContent),
            new QuerySpec<>(SeenQueryBuilder.NAME, SeenQueryBuilder::new, SeenQueryBuilder::fromXContent)
        );
    }

    @Override
    public void onIndexModule(IndexModule module) {
        rank.tables().listenTo(module);
        rank.models().listenTo(module);
        profiles.listenTo(module);
    }

    @Override
    public List<RescorerSpec<?>> getRescorers() {
        return List.of(
            new RescorerSpec<>(
                AffinityRescorerBuilder.NAME,
                in -> new AffinityRescorerBuilder(in, rank),
                parser -> AffinityRescorerBuilder.fromXContent(parser, rank)
            )
        );
    }

    @Override
    public List<FetchSubPhase> getFetchSubPhases(FetchPhaseConstructionContext context) {
        return List.of(new ReasonsFetchSubPhase(), new SignalLoggingFetchSubPhase());
    }

    @Override
    public List<SearchExtSpec<?>> getSearchExts() {
        return List.of(new SearchExtSpec<>(AffinityExtBuilder.NAME, AffinityExtBuilder::new, AffinityExtBuilder::fromXContent));
    }

    @Override
    public Map<String, Processor.Factory<SearchRequestProcessor>> getRequestProcessors(SearchPipelinePlugin.Parameters parameters) {
        return Map.of(AffinityRequestProcessor.TYPE, new AffinityRequestProcessor.Factory(rank));
    }

    // ---- actions and REST

    @Override
    public List<ActionHandler<? extends ActionRequest, ? extends ActionResponse>> getActions() {
        return AffinityActions.all();
    }

    @Override
    public List<RestHandler> getRestHandlers(
        Settings settings,
        RestController controller,
        ClusterSettings clusterSettings,
        IndexScopedSettings indexSettings,
        SettingsFilter filter,
        IndexNameExpressionResolver resolver,
        Supplier<DiscoveryNodes> nodes
    ) {
        return RestHandlers.all();
    }
}
