/**
 * Profiles of users: what events make of them, how they are stored, read and erased.
 * <ul>
 * <li>{@link org.opensearch.affinity.profile.Profile} has the interests, the recent history and the marks by which each event counts
 * once. {@link org.opensearch.affinity.profile.Profile#apply} applies an event: it skips duplicates, and applies the limits of
 * {@code EventLimits}.
 * <li>{@link org.opensearch.affinity.profile.Erasure#skipReason} keeps erased data out. {@code ForgetUserAction} and {@code
 * OptOutAction} store erasures, {@code ProfileRetention} deletes old profiles.
 * <li>{@code ProfileIndex} stores profiles; {@code ProfileCache} shares those that searches of this node read.
 * <li>{@code UseProfileAction} reads the profile of a search, {@code GetProfileAction} that of any user.
 * </ul>
 */
package org.opensearch.affinity.profile;
