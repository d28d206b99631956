namespace PgGitOps.Core.Planning.Settings;

/// <summary>Types and units of the server's own parameters, for clusters that do not exist yet or cannot be asked.</summary>
/// <remarks>
/// Written from pg_settings of PostgreSQL 15.18; a live server's own answer always goes before it.
/// Each line: type|unit|context|enumeration values|names.
/// </remarks>
internal static class BuiltInSettings
{
    /// <summary>Major version of PostgreSQL that the table is of.</summary>
    internal const int Major = 15;

    internal const string Table = """
        bool||backend||ignore_system_indexes
        bool||postmaster||bonjour data_sync_retry hot_standby ignore_invalid_pages logging_collector recovery_target_inclusive track_commit_timestamp
        bool||postmaster||wal_log_hints
        bool||sighup||autovacuum db_user_namespace fsync full_page_writes hot_standby_feedback krb_caseins_users log_checkpoints log_hostname
        bool||sighup||log_recovery_conflict_waits log_truncate_on_rotation remove_temp_files_after_crash restart_after_crash ssl
        bool||sighup||ssl_passphrase_command_supports_reload ssl_prefer_server_ciphers syslog_sequence_numbers syslog_split_messages
        bool||sighup||wal_receiver_create_temp_slot
        bool||superuser||allow_in_place_tablespaces allow_system_table_mods ignore_checksum_failure jit_dump_bitcode lo_compat_privileges log_duration
        bool||superuser||log_executor_stats log_lock_waits log_parser_stats log_planner_stats log_replication_commands log_statement_stats track_activities
        bool||superuser||track_counts track_io_timing track_wal_io_timing update_process_title wal_init_zero wal_recycle zero_damaged_pages
        bool||superuser-backend||jit_debugging_support jit_profiling_support log_connections log_disconnections
        bool||user||array_nulls check_function_bodies debug_pretty_print debug_print_parse debug_print_plan debug_print_rewritten
        bool||user||default_transaction_deferrable default_transaction_read_only enable_async_append enable_bitmapscan enable_gathermerge enable_hashagg
        bool||user||enable_hashjoin enable_incremental_sort enable_indexonlyscan enable_indexscan enable_material enable_memoize enable_mergejoin
        bool||user||enable_nestloop enable_parallel_append enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate
        bool||user||enable_partitionwise_join enable_seqscan enable_sort enable_tidscan escape_string_warning exit_on_error geqo jit jit_expressions
        bool||user||jit_tuple_deforming parallel_leader_participation quote_all_identifiers row_security standard_conforming_strings synchronize_seqscans
        bool||user||trace_notify trace_sort transaction_deferrable transaction_read_only transform_null_equals
        enum||postmaster|always,on,off|archive_mode
        enum||postmaster|minimal,replica,logical|wal_level
        enum||postmaster|off,on,try|huge_pages
        enum||postmaster|pause,promote,shutdown|recovery_target_action
        enum||postmaster|posix,sysv,mmap|dynamic_shared_memory_type
        enum||postmaster|sysv,mmap|shared_memory_type
        enum||sighup|,TLSv1,TLSv1.1,TLSv1.2,TLSv1.3|ssl_max_protocol_version
        enum||sighup|TLSv1,TLSv1.1,TLSv1.2,TLSv1.3|ssl_min_protocol_version
        enum||sighup|debug5,debug4,debug3,debug2,debug1,log,notice,warning,error|trace_recovery_messages
        enum||sighup|fsync,fdatasync,open_sync,open_datasync|wal_sync_method
        enum||sighup|fsync,syncfs|recovery_init_sync_method
        enum||sighup|local0,local1,local2,local3,local4,local5,local6,local7|syslog_facility
        enum||sighup|off,on,try|recovery_prefetch
        enum||superuser|auto,regress,on,off|compute_query_id
        enum||superuser|debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic|log_min_error_statement log_min_messages
        enum||superuser|none,ddl,mod,all|log_statement
        enum||superuser|none,pl,all|track_functions
        enum||superuser|origin,replica,local|session_replication_role
        enum||superuser|pglz,lz4,zstd,on,off|wal_compression
        enum||superuser|terse,default,verbose|log_error_verbosity
        enum||user|auto,force_generic_plan,force_custom_plan|plan_cache_mode
        enum||user|base64,hex|xmlbinary
        enum||user|content,document|xmloption
        enum||user|debug5,debug4,debug3,debug2,debug1,log,notice,warning,error|client_min_messages
        enum||user|escape,hex|bytea_output
        enum||user|local,remote_write,remote_apply,on,off|synchronous_commit
        enum||user|md5,scram-sha-256|password_encryption
        enum||user|none,cache,snapshot|stats_fetch_consistency
        enum||user|off,on,regress|force_parallel_mode
        enum||user|partition,on,off|constraint_exclusion
        enum||user|pglz,lz4|default_toast_compression
        enum||user|postgres,postgres_verbose,sql_standard,iso_8601|IntervalStyle
        enum||user|safe_encoding,on,off|backslash_quote
        enum||user|serializable,repeatable read,read committed,read uncommitted|default_transaction_isolation transaction_isolation
        integer||postmaster||autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age max_connections max_files_per_process
        integer||postmaster||max_locks_per_transaction max_logical_replication_workers max_pred_locks_per_transaction max_prepared_transactions
        integer||postmaster||max_replication_slots max_wal_senders max_worker_processes port superuser_reserved_connections unix_socket_permissions
        integer||sighup||autovacuum_analyze_threshold autovacuum_vacuum_cost_limit autovacuum_vacuum_insert_threshold autovacuum_vacuum_threshold
        integer||sighup||bgwriter_lru_maxpages log_file_mode max_pred_locks_per_page max_pred_locks_per_relation max_sync_workers_per_subscription
        integer||sighup||vacuum_defer_cleanup_age
        integer||superuser||commit_delay debug_discard_caches
        integer||user||commit_siblings default_statistics_target effective_io_concurrency extra_float_digits from_collapse_limit geqo_effort geqo_generations
        integer||user||geqo_pool_size geqo_threshold gin_fuzzy_search_limit join_collapse_limit maintenance_io_concurrency max_parallel_maintenance_workers
        integer||user||max_parallel_workers max_parallel_workers_per_gather tcp_keepalives_count vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit
        integer||user||vacuum_cost_page_miss vacuum_failsafe_age vacuum_freeze_min_age vacuum_freeze_table_age vacuum_multixact_failsafe_age
        integer||user||vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age
        integer|8kB|postmaster||shared_buffers wal_buffers
        integer|8kB|sighup||bgwriter_flush_after checkpoint_flush_after wal_writer_flush_after
        integer|8kB|user||backend_flush_after effective_cache_size min_parallel_index_scan_size min_parallel_table_scan_size temp_buffers
        integer|B|postmaster||track_activity_query_size wal_decode_buffer_size
        integer|B|superuser||log_parameter_max_length
        integer|B|user||log_parameter_max_length_on_error
        integer|MB|postmaster||min_dynamic_shared_memory
        integer|MB|sighup||max_slot_wal_keep_size max_wal_size min_wal_size wal_keep_size
        integer|kB|postmaster||huge_page_size
        integer|kB|sighup||autovacuum_work_mem log_rotation_size
        integer|kB|superuser||log_temp_files max_stack_depth temp_file_limit
        integer|kB|user||gin_pending_list_limit logical_decoding_work_mem maintenance_work_mem wal_skip_threshold work_mem
        integer|min|postmaster||old_snapshot_threshold
        integer|min|sighup||log_rotation_age
        integer|ms|sighup||bgwriter_delay log_autovacuum_min_duration log_startup_progress_interval max_standby_archive_delay max_standby_streaming_delay
        integer|ms|sighup||recovery_min_apply_delay wal_receiver_timeout wal_retrieve_retry_interval wal_writer_delay
        integer|ms|superuser||deadlock_timeout log_min_duration_sample log_min_duration_statement
        integer|ms|user||client_connection_check_interval idle_in_transaction_session_timeout idle_session_timeout lock_timeout statement_timeout
        integer|ms|user||tcp_user_timeout wal_sender_timeout
        integer|s|backend||post_auth_delay
        integer|s|sighup||archive_timeout authentication_timeout autovacuum_naptime checkpoint_timeout checkpoint_warning pre_auth_delay
        integer|s|sighup||wal_receiver_status_interval
        integer|s|user||tcp_keepalives_idle tcp_keepalives_interval
        real||sighup||autovacuum_analyze_scale_factor autovacuum_vacuum_insert_scale_factor autovacuum_vacuum_scale_factor bgwriter_lru_multiplier
        real||sighup||checkpoint_completion_target
        real||superuser||log_statement_sample_rate log_transaction_sample_rate
        real||user||cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction geqo_seed geqo_selection_bias hash_mem_multiplier
        real||user||jit_above_cost jit_inline_above_cost jit_optimize_above_cost parallel_setup_cost parallel_tuple_cost random_page_cost
        real||user||recursive_worktable_factor seq_page_cost
        real|ms|sighup||autovacuum_vacuum_cost_delay
        real|ms|user||vacuum_cost_delay
        string||postmaster||bonjour_name cluster_name config_file data_directory event_source external_pid_file hba_file ident_file jit_provider
        string||postmaster||listen_addresses recovery_target recovery_target_lsn recovery_target_name recovery_target_time recovery_target_timeline
        string||postmaster||recovery_target_xid shared_preload_libraries unix_socket_directories unix_socket_group
        string||sighup||archive_cleanup_command archive_command archive_library krb_server_keyfile log_destination log_directory log_filename log_line_prefix
        string||sighup||log_timezone primary_conninfo primary_slot_name promote_trigger_file recovery_end_command restore_command ssl_ca_file ssl_cert_file
        string||sighup||ssl_ciphers ssl_crl_dir ssl_crl_file ssl_dh_params_file ssl_ecdh_curve ssl_key_file ssl_passphrase_command synchronous_standby_names
        string||sighup||syslog_ident
        string||superuser||backtrace_functions dynamic_library_path extension_destdir lc_messages session_preload_libraries wal_consistency_checking
        string||user||DateStyle TimeZone application_name client_encoding default_table_access_method default_tablespace default_text_search_config lc_monetary
        string||user||lc_numeric lc_time local_preload_libraries restrict_nonsystem_relation_kind search_path temp_tablespaces timezone_abbreviations
        """;
}
